/* Sources and layers of the drawing library: one level after another, points, heat, areas and a basemap beneath. */
(function () {
  "use strict";

  const NOTHING = { type: "FeatureCollection", features: [] };
  const OUTSIDE = 253;
  const FEW = 254;
  const NONE = 255;
  /* Classes of a scale with a target have numbers of their own, so that one expression serves both scales. */
  const DIVERGING = 10;

  const HATCH_PIXELS = 16;
  const LINE_PIXELS = 7;
  const BORDER_PIXELS = 18;

  const zoomFor = (width, pixels) => Math.max(0, Math.log2((pixels * 360) / (512 * width)));

  const colorOf = (colors) => [
    "match",
    ["coalesce", ["feature-state", "c"], OUTSIDE],
    ...colors.sequence.flatMap((color, place) => [place, color]),
    ...colors.diverging.flatMap((color, place) => [DIVERGING + place, color]),
    FEW,
    colors.few,
    NONE,
    colors.none,
    colors.context,
  ];

  const hatch = (map, colors) => {
    const ratio = 2;
    const size = 8 * ratio;
    const tile = document.createElement("canvas");
    tile.width = size;
    tile.height = size;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colors.hatch;
    pen.lineWidth = 1.1 * ratio;
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift - 2, size + 2);
      pen.lineTo(shift + size + 2, -2);
      pen.stroke();
    }
    const image = pen.getImageData(0, 0, size, size);
    if (map.hasImage("hatch")) map.updateImage("hatch", image);
    else map.addImage("hatch", image, { pixelRatio: ratio });
  };

  const unit = () => parseFloat(window.getComputedStyle(document.documentElement).fontSize) / 16;

  /* The style without any grid: anchors keep the order of what is added between them. */
  const style = (colors, basemap) => ({
    version: 8,
    sources: {
      ...(basemap
        ? {
            basemap: {
              type: "raster",
              tiles: [window.location.origin + basemap.address],
              tileSize: 256,
              minzoom: basemap.from,
              maxzoom: basemap.to,
            },
          }
        : {}),
      heat: { type: "geojson", data: NOTHING },
      overdue: { type: "geojson", data: NOTHING, cluster: true, clusterRadius: 44, clusterMaxZoom: 14 },
      newest: { type: "geojson", data: NOTHING, cluster: true, clusterRadius: 44, clusterMaxZoom: 14 },
      areas: { type: "geojson", data: NOTHING },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colors.ground } },
      ...(basemap ? [{ id: "basemap", type: "raster", source: "basemap" }] : []),
      { id: "after-fills", type: "background", layout: { visibility: "none" } },
      {
        id: "heat",
        type: "heatmap",
        source: "heat",
        layout: { visibility: "none" },
        paint: {
          "heatmap-color": [
            "interpolate",
            ["linear"],
            ["heatmap-density"],
            ...colors.heat.flatMap((color, place) => [[0, 0.12, 0.3, 0.52, 0.76, 1][place], color]),
          ],
          "heatmap-opacity": 0.85,
        },
      },
      { id: "after-lines", type: "background", layout: { visibility: "none" } },
      ...["areas", "zones"].map((id) => ({
        id,
        type: "line",
        source: "areas",
        filter: [id === "zones" ? "==" : "!=", ["get", "kind"], "zone"],
        layout: { visibility: "none", "line-join": "round" },
        paint: {
          "line-color": colors.area,
          "line-width": (id === "zones" ? 2 : 1.6) * unit(),
          ...(id === "zones" ? { "line-dasharray": [2, 1.4] } : {}),
        },
      })),
      ...["newest", "overdue"].flatMap((kind) => [
        {
          id: kind,
          type: "circle",
          source: kind,
          filter: ["!", ["has", "point_count"]],
          layout: { visibility: "none" },
          paint: {
            "circle-color": colors[kind],
            "circle-radius": 4.5 * unit(),
            "circle-stroke-color": colors.halo,
            "circle-stroke-width": 1.2 * unit(),
          },
        },
        {
          id: `${kind}-cluster`,
          type: "circle",
          source: kind,
          filter: ["has", "point_count"],
          layout: { visibility: "none" },
          paint: {
            "circle-color": colors[kind],
            "circle-opacity": 0.9,
            "circle-radius": [
              "interpolate", ["linear"], ["log10", ["get", "point_count"]],
              0.3, 9 * unit(), 2, 15 * unit(), 4, 24 * unit(),
            ],
            "circle-stroke-color": colors.halo,
            "circle-stroke-width": 1.2 * unit(),
          },
        },
      ]),
    ],
  });

  /* A level that is very large has two surfaces: the whole of it, and the part of a scope, which is cut into tiles in a
     moment. `name` is the level's key, or that of its part. */
  const addLevel = (map, meta, name, data, colors, dashed = false) => {
    const source = `level-${name}`;
    map.addSource(source, { type: "geojson", data, maxzoom: 14, tolerance: 0.3, buffer: 16 });
    map.addLayer(
      {
        id: `fill-${name}`,
        type: "fill",
        source,
        layout: { visibility: "none" },
        paint: { "fill-color": colorOf(colors), "fill-antialias": false, "fill-opacity": 1 },
      },
      "after-fills",
    );
    const marked = [
      "step",
      ["zoom"],
      0,
      zoomFor(meta.width, HATCH_PIXELS),
      ["match", ["coalesce", ["feature-state", "c"], OUTSIDE], [FEW, NONE], 0.75, 0],
    ];
    const layout = { visibility: "none" };
    /* A picture has every tile wait for it, and one that is cut anew meanwhile waits for ever: a page that stands for weeks
       takes dashes in its place. */
    map.addLayer(
      dashed
        ? {
            id: `hatch-${name}`,
            type: "line",
            source,
            layout,
            paint: { "line-color": colors.hatch, "line-width": 1.6 * unit(), "line-dasharray": [2, 1.6], "line-opacity": marked },
          }
        : {
            id: `hatch-${name}`,
            type: "fill",
            source,
            layout,
            paint: { "fill-pattern": "hatch", "fill-antialias": false, "fill-opacity": marked },
          },
      "after-fills",
    );
  };

  /* Lines are drawn from the finest level to the coarsest, which is why they come after all fills. */
  const addLines = (map, meta, name, upperLine, colors) => {
    map.addLayer(
      {
        id: `line-${name}`,
        type: "line",
        source: `level-${name}`,
        minzoom: zoomFor(meta.width, LINE_PIXELS),
        layout: { visibility: "none" },
        paint: { "line-color": colors.line, "line-width": 0.6 * unit() },
      },
      upperLine,
    );
  };

  const addDedicated = (map, meta, found, colors) => {
    map.addSource("level-dedicated", {
      type: "geojson",
      data: window.yiping.geometry.features(found),
      maxzoom: 14,
      tolerance: 0.2,
    });
    map.addSource("spots-dedicated", {
      type: "geojson",
      data: window.yiping.geometry.spots(found, new Uint8Array(found.count).fill(1), 0),
    });
    const close = zoomFor(meta.width, 10);
    map.addLayer(
      {
        id: "spots-dedicated",
        type: "circle",
        source: "spots-dedicated",
        maxzoom: close,
        layout: { visibility: "none" },
        paint: {
          "circle-color": colors.dedicated,
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.3 * unit(), close, 4 * unit()],
          "circle-opacity": 0.85,
        },
      },
      "areas",
    );
    map.addLayer(
      {
        id: "fill-dedicated",
        type: "fill",
        source: "level-dedicated",
        minzoom: close,
        layout: { visibility: "none" },
        paint: { "fill-color": colors.dedicated, "fill-opacity": 0.28 },
      },
      "areas",
    );
    map.addLayer(
      {
        id: "line-dedicated",
        type: "line",
        source: "level-dedicated",
        minzoom: close,
        layout: { visibility: "none" },
        paint: { "line-color": colors.dedicated, "line-width": 1.4 * unit() },
      },
      "areas",
    );
  };

  const dressDedicated = (map, colors) => {
    map.setPaintProperty("spots-dedicated", "circle-color", colors.dedicated);
    map.setPaintProperty("fill-dedicated", "fill-color", colors.dedicated);
    map.setPaintProperty("line-dedicated", "line-color", colors.dedicated);
  };

  /* Only those of the scope, which stand in one run. */
  const onlyDedicated = (map, meta, first, last) => {
    const filter = first === 0 && last === meta.count ? null : ["all", [">=", ["id"], first], ["<", ["id"], last]];
    ["spots-dedicated", "fill-dedicated", "line-dedicated"].forEach((id) => map.setFilter(id, filter));
  };

  const show = (map, id, on) => {
    if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  };

  const hide = (map, surface) => ["fill", "hatch", "line"].forEach((kind) => show(map, `${kind}-${surface}`, false));

  /* Which surface is filled, and how strong the borders of the levels above it are. What lies around a part is the
     quiet colour of the whole city. */
  const showLevel = (map, metas, name, key, colors, faint, hatched) => {
    const deepest = metas.find((meta) => meta.key === key).depth;
    const part = name !== key;
    for (const meta of metas) {
      if (meta.dedicated) continue;
      for (const surface of [meta.key, `${meta.key}-part`]) {
        if (!map.getSource(`level-${surface}`)) continue;
        const own = surface === name;
        const line = own || (surface === meta.key && meta.depth < deepest);
        show(map, `fill-${surface}`, own || (part && surface === metas[0].key));
        /* Whatever becomes visible is cut anew: a part, which is cut with all it may need, keeps its hatch. */
        show(map, `hatch-${surface}`, own && (hatched || part));
        show(map, `line-${surface}`, line);
        if (!own && !line) continue;
        const above = Math.max(deepest - meta.depth, 0);
        map.setPaintProperty(`fill-${surface}`, "fill-opacity", own && faint ? 0.3 : 1);
        map.setPaintProperty(`line-${surface}`, "line-color", above ? colors.border : colors.line);
        map.setPaintProperty(`line-${surface}`, "line-width", (above ? 0.4 + 0.7 * above : 0.7) * unit());
        map.setPaintProperty(`line-${surface}`, "line-opacity", above ? Math.min(0.5 + 0.2 * above, 0.95) : 0.9);
        map.setLayerZoomRange(`line-${surface}`, zoomFor(meta.width, above ? BORDER_PIXELS : LINE_PIXELS), 24);
      }
    }
  };

  window.yiping = Object.assign(window.yiping || {}, {
    layers: { style, hatch, colorOf, addLevel, addLines, addDedicated, dressDedicated, onlyDedicated, show, hide, showLevel, zoomFor, OUTSIDE, DIVERGING },
  });
})();
