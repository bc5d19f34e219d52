/* Outlines as the server packs them: whole numbers of seven bits a byte, each the difference to the one before. */
(function () {
  "use strict";

  const text = new TextDecoder();

  /* The header and where the body begins. */
  const opened = (buffer) => {
    const length = new DataView(buffer).getUint32(0, true);
    return { header: JSON.parse(text.decode(new Uint8Array(buffer, 4, length))), start: 4 + length };
  };

  /* Reads signed numbers one after another. */
  const reader = (buffer, start) => {
    const bytes = new Uint8Array(buffer);
    let at = start;
    const next = () => {
      let value = 0;
      let weight = 1;
      let byte = bytes[at++];
      while (byte & 0x80) {
        value += (byte & 0x7f) * weight;
        weight *= 128;
        byte = bytes[at++];
      }
      value += byte * weight;
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    const many = (count) => {
      const found = new Float64Array(count);
      for (let place = 0; place < count; place++) found[place] = next();
      return found;
    };
    const sums = (count) => {
      const found = many(count);
      for (let place = 1; place < count; place++) found[place] += found[place - 1];
      return found;
    };
    return { many, sums };
  };

  const whole = (texts, above, of) =>
    texts.map((one, place) => (one[0] === "+" ? of[above[place]] : "") + one.slice(1));

  /* A level: codes, names, the place of each grid in the level above, where its label stands and how much room there is,
     its box, and its outline as rings of degrees. */
  const level = (buffer, upper) => {
    const { header, start } = opened(buffer);
    const read = reader(buffer, start);
    const parts = read.many(header.count);
    const rings = read.many(header.parts);
    const sizes = read.many(header.rings);
    const x = read.sums(header.points);
    const y = read.sums(header.points);
    const above = read.sums(header.count);
    const labelX = read.sums(header.count);
    const labelY = read.sums(header.count);
    const room = read.many(header.count);
    const unit = header.perDegree;
    const boxes = new Float64Array(4 * header.count).fill(NaN);
    const outlines = [];
    let part = 0;
    let ring = 0;
    let point = 0;
    for (let place = 0; place < header.count; place++) {
      let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
      const polygons = [];
      for (let left = parts[place]; left > 0; left--, part++) {
        const polygon = [];
        for (let open = rings[part]; open > 0; open--, ring++) {
          const line = [];
          for (let more = sizes[ring]; more > 0; more--, point++) {
            const lon = x[point] / unit;
            const lat = y[point] / unit;
            line.push([lon, lat]);
            if (lon < west) west = lon;
            if (lon > east) east = lon;
            if (lat < south) south = lat;
            if (lat > north) north = lat;
          }
          line.push(line[0]);
          polygon.push(line);
        }
        polygons.push(polygon);
      }
      outlines.push(polygons);
      if (polygons.length) boxes.set([west, south, east, north], 4 * place);
    }
    return {
      key: header.key,
      count: header.count,
      codes: whole(header.codes, above, upper ? upper.codes : []),
      names: whole(header.names, above, upper ? upper.names : []),
      kinds: header.kinds,
      above,
      lon: labelX.map((value) => value / unit),
      lat: labelY.map((value) => value / unit),
      room: room.map((value) => value / unit),
      boxes,
      outlines,
    };
  };

  /* The first of ordered numbers that is not below a bound. */
  const reached = (numbers, bound) => {
    let from = 0;
    let to = numbers.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (numbers[middle] < bound) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  const features = (found, first = 0, last = found.count) => ({
    type: "FeatureCollection",
    features: found.outlines.slice(first, last).map((polygons, at) => ({
      type: "Feature",
      id: first + at,
      properties: {},
      geometry:
        polygons.length === 1
          ? { type: "Polygon", coordinates: polygons[0] }
          : { type: "MultiPolygon", coordinates: polygons },
    })),
  });

  /* Grids as points at their labels, with one number each. */
  const spots = (found, numbers, first) => ({
    type: "FeatureCollection",
    features: Array.from(numbers, (n, place) => ({
      type: "Feature",
      id: first + place,
      properties: { n },
      geometry: { type: "Point", coordinates: [found.lon[first + place], found.lat[first + place]] },
    })).filter((one) => one.properties.n > 0),
  });

  const points = (buffer) => {
    const { header, start } = opened(buffer);
    const read = reader(buffer, start);
    const ids = read.sums(header.count);
    const lon = read.sums(header.count);
    const lat = read.sums(header.count);
    return {
      header,
      data: {
        type: "FeatureCollection",
        features: Array.from(ids, (id, place) => ({
          type: "Feature",
          properties: { event: id },
          geometry: { type: "Point", coordinates: [lon[place] / header.perDegree, lat[place] / header.perDegree] },
        })),
      },
    };
  };

  const classes = (buffer) => {
    const { header, start } = opened(buffer);
    return { header, classes: new Uint8Array(buffer, start, header.count) };
  };

  const figures = (buffer) => {
    const { header, start } = opened(buffer);
    const column = (number) => new Int32Array(buffer, start + 4 * header.count * number, header.count);
    return { header, numerator: column(0), denominator: column(1), rank: column(2) };
  };

  const weights = (buffer) => {
    const { header, start } = opened(buffer);
    return { header, numbers: reader(buffer, start).many(header.count) };
  };

  window.yiping = Object.assign(window.yiping || {}, {
    geometry: { level, reached, features, spots, points, classes, figures, weights },
  });
})();
