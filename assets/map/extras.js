/* What lies over the grids when it is asked for: areas, dedicated grids, single events, and the density of all of them. */
(function () {
  "use strict";

  const KINDS = ["overdue", "newest"];

  const extras = (view) => {
    const { map, manifest, words, over } = view;
    const { geometry, layers, board } = window.yiping;
    const notes = new Map(); /* by layer: its line in the legend */
    let areaNames = null;
    const on = (layer) => view.scene.layers.includes(layer);

    const areas = async (signal) => {
      const found = JSON.parse(new TextDecoder().decode(await view.asked(manifest.areas, signal)));
      map.getSource("areas").setData(found);
      const told = found.features.map((one) => one.properties);
      areaNames = {
        order: told.map((_, place) => place),
        names: told.map((one) => one.name),
        lon: told.map((one) => one.lon),
        lat: told.map((one) => one.lat),
        room: told.map(() => 1),
        size: 13,
        weight: 600,
        space: 1,
        loose: 9,
      };
    };

    const dedicated = async () => {
      const found = await view.level(view.dedicated);
      if (!map.getSource("level-dedicated")) layers.addDedicated(map, view.dedicated, found, view.colors);
      const [first, last] = view.run(view.dedicated, found);
      layers.onlyDedicated(map, view.dedicated, first, last);
      const text = board.fill(words.dedicated, { n: board.grouped(last - first) });
      notes.set("dedicated", { shape: "dot", color: view.colors.dedicated, text });
    };

    const points = async (kind, signal) => {
      const buffer = await view.asked(`/points?${view.query(view.shown)}&kind=${kind}`, signal);
      const { header, data } = geometry.points(buffer);
      map.getSource(kind).setData(data);
      const told = [board.fill(words[`points_${kind}`], { n: board.grouped(header.count) })];
      if (header.more) told.push(board.fill(words.points_more, { n: board.grouped(header.count) }));
      if (header.unplaced) told.push(board.fill(words.points_unplaced, { n: board.grouped(header.unplaced) }));
      notes.set(kind, { shape: "dot", color: view.colors[kind], text: told.join("\u2002") });
    };

    /* The density is that of the finest grids, so that it holds every event and costs no more than a map. */
    const heat = async (signal) => {
      const drawn = view.below();
      const finest = drawn[drawn.length - 1] || view.by[view.scene.scope.level];
      const [buffer, found] = await Promise.all([
        view.asked(`/weights?${view.query(finest.key)}`, signal),
        view.level(finest),
      ]);
      const { header, numbers } = geometry.weights(buffer);
      map.getSource("heat").setData(geometry.spots(found, numbers, header.first));
      const sorted = Float64Array.from(numbers).sort();
      const strong = Math.max(sorted[Math.floor(sorted.length * 0.98)] || header.most, 1);
      const base = layers.zoomFor(finest.width, 8);
      const zoomed = (kind, ...stops) => ["interpolate", kind, ["zoom"], ...stops];
      map.setPaintProperty("heat", "heatmap-weight", ["min", 1, ["/", ["get", "n"], strong]]);
      map.setPaintProperty("heat", "heatmap-radius", zoomed(["exponential", 2], base - 2, 9, base, 16, base + 3, 110));
      map.setPaintProperty("heat", "heatmap-intensity", zoomed(["linear"], base - 2, 0.28, base, 0.55, base + 3, 0.9));
      const text = board.fill(words.heat, { n: board.grouped(header.total) });
      notes.set("heat", { shape: "heat", color: view.colors.heat[4], text });
    };

    const refresh = async (signal) => {
      notes.clear();
      if (on("areas") && manifest.areas) {
        if (!areaNames) await areas(signal);
        notes.set("areas", { shape: "line", color: view.colors.area, text: words.areas });
      }
      ["areas", "zones"].forEach((id) => layers.show(map, id, on("areas")));
      if (on("dedicated") && view.dedicated) await dedicated();
      ["spots-dedicated", "fill-dedicated", "line-dedicated"].forEach((id) => layers.show(map, id, on("dedicated")));
      for (const kind of KINDS) {
        if (on(kind)) await points(kind, signal);
        layers.show(map, kind, on(kind));
        layers.show(map, `${kind}-cluster`, on(kind));
      }
      if (on("heat")) await heat(signal);
      layers.show(map, "heat", on("heat"));
    };

    /* Numbers on clusters are written by the overlay: the library would need a font server. */
    let counted = false;
    const short = (count) => (count >= 10000 ? `${Math.round(count / 1000)}k` : board.grouped(count));
    map.on("idle", () => {
      const ids = KINDS.filter(on).map((kind) => `${kind}-cluster`);
      if (!ids.length && !counted) return;
      const found = ids.length ? map.queryRenderedFeatures({ layers: ids }) : [];
      counted = found.length > 0;
      over.show({
        counts: found.map((one) => ({ at: one.geometry.coordinates, text: short(one.properties.point_count) })),
      });
    });
    map.on("movestart", () => counted && over.show({ counts: [] }));

    /* The event or the cluster of events at a point of the screen. */
    view.event = (at) => {
      const ids = KINDS.filter(on).flatMap((kind) => [kind, `${kind}-cluster`]);
      return ids.length ? map.queryRenderedFeatures(at, { layers: ids })[0] : undefined;
    };
    view.openEvent = async (found) => {
      if (!found.properties.point_count) {
        const search = new URLSearchParams(window.location.search);
        search.set("event", found.properties.event);
        window.yiping.go(`?${search}`);
      } else {
        const zoom = await map.getSource(found.source).getClusterExpansionZoom(found.properties.cluster_id);
        map.easeTo({ center: found.geometry.coordinates, zoom });
      }
    };

    return {
      notes,
      refresh,
      names: () => {
        if (!on("areas") || !areaNames) return [];
        /* An area that bears the name of a district is named by the district. */
        const districts = view.ordinary.filter((meta) => meta.depth === 1 && view.scene.scope.depth === 0);
        const said = new Set(districts.flatMap((meta) => view.ready.get(meta.key)?.names || []));
        const order = areaNames.order.filter((place) => !said.has(areaNames.names[place]));
        return [{ ...areaNames, order, color: view.colors.area }];
      },
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { extras });
})();
