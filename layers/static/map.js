// Draws a map from its payload. Every text of a person goes into the page as text, never as markup.
"use strict";
(() => {
  const LANGUAGE = "gridgov.language"; // the start page keeps the choice under the same name
  const SCALE = 1e6;
  const CALM = [[15, 1], [16, 0.7], [17, 0.4], [23, 0.22]]; // up close, the load steps back behind what lies there

  // --- small tools ---------------------------------------------------------------------------------------------
  const make = (tag, className, ...children) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const say = (words, className) => {
    const zh = make("span", "zh", words.zh), en = make("span", "en", words.en);
    zh.lang = "zh-CN";
    en.lang = "en";
    return make("span", className, zh, en);
  };
  const both = (zh, en) => ({ zh, en });
  const sideName = (whistle, side) => (side.street_name || side.street_code) + (whistle.crosses_district ? `（${side.district}）` : "");
  const percent = (share) => `${(share * 100).toFixed(1)}%`;
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, " ");
  const clock = (time) => (time || "").slice(5);

  // --- language ------------------------------------------------------------------------------------------------
  const remembered = () => { try { return localStorage.getItem(LANGUAGE); } catch { return null; } };
  const speak = (language) => { document.documentElement.lang = language === "en" ? "en" : "zh-CN"; };
  const toggle = () => {
    const next = document.documentElement.lang === "en" ? "zh-CN" : "en";
    speak(next);
    try { localStorage.setItem(LANGUAGE, next); } catch { /* a page without storage forgets */ }
  };

  // --- geometry ------------------------------------------------------------------------------------------------
  const path = (steps) => {
    const points = [];
    for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([y / SCALE, x / SCALE]);
    }
    return points;
  };
  const shape = ([kind, parts], options) => {
    if (kind === 0) return L.circleMarker(path(parts)[0], options);
    if (kind === 1) return L.polyline(parts.map(path), { ...options, fill: false });
    return L.polygon(parts.map((rings) => rings.map(path)), options);
  };

  // --- looks ---------------------------------------------------------------------------------------------------
  const paintOf = (look, value) => {
    if (look.kind === "plain") return look.paint;
    if (look.kind === "value") return (look.values[value] || Object.values(look.values)[0]).paint;
    if (look.kind === "rank") return look.paints[Math.min(value, look.paints.length - 1)];
    if (value === null) return (look.unknown || look.none).paint;
    if (value === 0) return look.none.paint;
    return (look.classes.find((one) => value <= one.upTo) || look.classes[look.classes.length - 1]).paint;
  };
  const swatch = (paint, kind) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"); // a name, not an address: nothing is fetched
    const inner = document.createElementNS(svg.namespaceURI, kind === "point" ? "circle" : kind === "line" ? "line" : "rect");
    const at = { point: { cx: 11, cy: 8, r: Math.min(paint.radius, 6) }, line: { x1: 1, x2: 21, y1: 8, y2: 8 } }[kind] ||
      { x: 1.5, y: 2, width: 19, height: 12, rx: 2 };
    const drawn = {
      ...at, fill: paint.fill ? paint.fillColor : "none", "fill-opacity": paint.fillOpacity,
      stroke: paint.stroke ? paint.color : "none", "stroke-width": Math.min(paint.weight, 3), "stroke-opacity": paint.opacity,
    };
    if (paint.dashArray) drawn["stroke-dasharray"] = paint.dashArray;
    for (const [name, value] of Object.entries(drawn)) inner.setAttribute(name, value);
    svg.setAttribute("class", paint.color === "#ffffff" && !paint.fill ? "swatch dark" : "swatch");
    svg.setAttribute("viewBox", "0 0 22 16");
    svg.setAttribute("aria-hidden", "true");
    svg.append(inner);
    return svg;
  };

  // --- cards ---------------------------------------------------------------------------------------------------
  const shown = (value, kind) => {
    if (kind === "number") return grouped(Math.round(value));
    if (kind === "decimal") return value.toFixed(1);
    if (kind === "metres") return `± ${Math.round(value)} m`;
    if (kind === "share") return percent(value);
    return String(value);
  };
  const row = (title, ...value) => make("tr", "", make("th", "", title), make("td", "", ...value));
  const card = (fields, columns, i) => {
    const body = make("tbody", "");
    for (const field of fields) {
      const value = columns[field.column][i];
      if (value === null || value === "") continue;
      const english = field.columnEn ? columns[field.columnEn][i] : null;
      body.append(row(say(field.title), english ? say(both(value, english)) : shown(value, field.kind)));
    }
    return make("div", "card", make("table", "", body));
  };
  const crossing = (whistle) => (whistle.crosses_district ? say(both("跨区", "across districts"), "tag") : null);
  const sideBar = (whistle, paints) => {
    const bar = make("div", "bar");
    whistle.sides.forEach((side, rank) => {
      const piece = make("i", "");
      piece.style.flexGrow = side.share;
      piece.style.background = paints[Math.min(rank, paints.length - 1)].fillColor;
      bar.append(piece);
    });
    bar.setAttribute("aria-hidden", "true");
    return bar;
  };
  const whistleCard = (whistle, paints) => {
    const sides = make("tbody", ""), summoned = make("tbody", "");
    whistle.sides.forEach((side, rank) => {
      const size = whistle.areal ? `${grouped(Math.round(side.measure))} m²` : `${grouped(Math.round(side.measure))} m`;
      sides.append(make("tr", "", make("td", "", swatch(paints[Math.min(rank, paints.length - 1)], "polygon")),
        make("td", "", sideName(whistle, side), side.leads ? say(both("牵头", "leads"), "tag") : null),
        make("td", "figure", percent(side.share)), make("td", "figure", size)));
    });
    for (const one of whistle.summons) {
      summoned.append(make("tr", "", make("td", "", one.name), make("td", "", say(one.leads ? both("主责", "lead") : both("配合", "cooperates"))),
        make("td", "figure", clock(one.due_at))));
    }
    const confirm = whistle.sides.length ? whistle.sides[0].confirm_due_at : null;
    return make("div", "card whistle",
      make("h3", "", say(both(`联合哨 · ${whistle.kind_zh}`, `Combined whistle · ${whistle.kind_en}`)), crossing(whistle)),
      make("p", "soft", `${whistle.number} · ${whistle.matter}`), make("p", "", whistle.text),
      sideBar(whistle, paints),
      make("h4", "", say(both("发哨各方及份额", "Issuing streets and their shares"))), make("table", "", sides),
      confirm ? make("p", "soft", say(both("各方确认截止 ", "Each side confirms by ")), clock(confirm)) : null,
      make("h4", "", say(both("应召部门与最迟到场", "To summon, and on site at the latest by"))),
      whistle.summons.length ? make("table", "", summoned) : make("p", "soft", say(both("清单未列部门", "The list names no department"))));
  };

  // --- layers --------------------------------------------------------------------------------------------------
  const addLayer = (map, home, layer, columns, onOpen) => {
    const pane = map.createPane(`gridgov-${layer.name}`);
    pane.style.zIndex = 200 + layer.order;
    const speaks = layer.fields.length > 0 || onOpen;
    if (!speaks) pane.style.pointerEvents = "none";
    const options = { pane: `gridgov-${layer.name}`, renderer: (layer.order < 50 ? L.canvas : L.svg)({ pane: `gridgov-${layer.name}`, padding: 0.3 }) };
    const group = L.layerGroup();
    const column = layer.look.column ? columns[layer.look.column] : null;
    columns.shapes.forEach((one, i) => {
      const value = column ? column[i] : null, paint = { ...paintOf(layer.look, value) };
      if (layer.name === "districts" && columns.code[i] !== home) paint.weight /= 2;
      const drawn = shape(one, { ...paint, ...options, interactive: Boolean(speaks), smoothFactor: 0.3, bubblingMouseEvents: false });
      drawn.paint = paint;
      if (layer.fields.length && one[0] === 0) drawn.bindPopup(() => card(layer.fields, columns, i), { maxWidth: 340, minWidth: 240 });
      else if (layer.fields.length) drawn.bindTooltip(() => card(layer.fields, columns, i), { sticky: true, className: "hover", direction: "auto" });
      if (onOpen) onOpen(drawn, i);
      drawn.addTo(group);
    });
    return { ...layer, group: group, family: layer.group, pane, on: layer.visible };
  };
  const label = (at, className, ...content) => {
    const icon = L.divIcon({ html: make("span", "", ...content), className: `label ${className}`, iconSize: null });
    return L.marker(at, { icon, interactive: false, keyboard: false, pane: "gridgov-labels" });
  };
  const labels = (columns, className, second = () => null) => {
    const group = L.layerGroup();
    const order = columns.label_at.map((_, i) => i).sort((a, b) => Number(second(a) !== null) - Number(second(b) !== null));
    for (const i of order) {
      const [x, y] = columns.label_at[i];
      if (columns.name[i]) label([y, x], className, columns.name[i], second(i)).addTo(group);
    }
    return group;
  };
  const shareLabels = (columns, whistles, paints) => {
    const group = L.layerGroup();
    const taken = new Set();
    columns.shapes.forEach((one, i) => {
      const whistle = whistles.find((candidate) => candidate.number === columns.number[i]);
      if (one[1].length === 0 || !whistle) return;
      const middle = shape(one, {}).getBounds().getCenter(), whole = L.latLngBounds(whistle.bounds);
      // Beside the building, each part on its own flank, so that nothing lies over it and no two labels meet.
      let flank = middle.lng < whole.getCenter().lng ? "west" : "east";
      if (taken.has(whistle.number + flank)) flank = flank === "west" ? "east" : "west";
      taken.add(whistle.number + flank);
      const at = [middle.lat, flank === "west" ? whole.getWest() : whole.getEast()];
      const tag = label(at, `share ${flank}`, make("b", "", percent(columns.share[i])), columns.street[i]);
      tag.options.icon.options.html.style.borderColor = paints[Math.min(columns.rank[i], paints.length - 1)].fillColor;
      tag.addTo(group);
    });
    return group;
  };
  const declutter = (container) => {
    const kept = [];
    for (const text of container.querySelectorAll(".label:not(.share) > span")) {
      const box = text.getBoundingClientRect();
      const free = kept.every((k) => box.right < k.left || box.left > k.right || box.bottom < k.top || box.top > k.bottom);
      text.style.visibility = free ? "visible" : "hidden";
      if (free) kept.push(box);
    }
  };

  // --- the map -------------------------------------------------------------------------------------------------
  window.gridgovMap = (map, data) => {
    speak(remembered());
    addEventListener("storage", (event) => { if (event.key === LANGUAGE) speak(event.newValue); });
    // In a page of ours, that page has the title, the figures and the language; in a notebook nothing else has them.
    document.body.classList.toggle("framed", window !== window.top && location.protocol !== "about:");
    map.createPane("gridgov-labels").style.cssText = "z-index:640;pointer-events:none";
    const parts = data.layers.find((layer) => layer.name === "whistle_parts");
    const paints = parts.look.paints;
    const open = (whistle) => {
      if (!whistle) return;
      map.closePopup();
      map.fitBounds(whistle.bounds, { maxZoom: 19.25, padding: [60, 60], animate: false });
      const north = [whistle.bounds[1][0], (whistle.bounds[0][1] + whistle.bounds[1][1]) / 2];
      L.popup({ maxWidth: 420, minWidth: 320, autoPanPadding: [24, 24] }).setLatLng(north).setContent(whistleCard(whistle, paints)).openOn(map);
    };
    const opener = (drawn, i) => {
      const number = data.sources.parts.number ? data.sources.parts.number[i] : null;
      drawn.on("click", () => open(data.whistles.find((one) => one.number === number)));
    };
    const layers = data.layers.map((layer) => addLayer(map, data.home, layer, data.sources[layer.source], layer.name === "whistle_parts" ? opener : null));
    const named = Object.fromEntries(layers.map((layer) => [layer.name, layer]));
    const { streets, communities, roads, parts: pieces } = data.sources;
    const elsewhere = (i) => (streets.district_code[i] === data.home ? null : make("small", "", streets.district[i]));
    const tags = [
      { group: labels(streets, "street", elsewhere), of: named.streets, zoom: [11.5, 15.99] },
      { group: labels(communities, "community"), of: named.communities, zoom: [15, 17.99] },
      { group: labels(roads, "road"), of: named.roads, zoom: [17, 22] },
      { group: shareLabels(pieces, data.whistles, paints), of: named.whistle_parts, zoom: [17, 22] },
    ];

    const shownAt = (zoom, [first, last]) => zoom >= first && zoom <= last;
    const put = (group, wanted) => { if (wanted !== map.hasLayer(group)) (wanted ? map.addLayer(group) : map.removeLayer(group)); };
    const refresh = () => {
      const zoom = map.getZoom();
      for (const layer of layers) put(layer.group, layer.on && shownAt(zoom, layer.zoom));
      for (const tag of tags) put(tag.group, tag.of.on && shownAt(zoom, tag.zoom));
      for (const layer of layers.filter((one) => one.family === "load")) {
        layer.pane.style.opacity = CALM.find(([limit]) => zoom < limit)[1];
      }
      const wider = Math.max(1, 2 ** ((zoom - 14) * 0.62));
      named.roads.group.eachLayer((road) => road.setStyle({ weight: road.paint.weight * wider }));
      declutter(map.getContainer());
    };
    map.on("zoomend", refresh);
    L.control.zoom({ position: "bottomright" }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    boxes(map, data, layers, paints, { refresh, open });
    const room = document.body.classList.contains("framed") || innerWidth < 900 ? 20 : 318;
    map.fitBounds(data.bounds, { paddingTopLeft: [room, 24], paddingBottomRight: [innerWidth < 700 ? 20 : 240, 24], animate: false });
    refresh();

    const follow = () => {
      const number = decodeURIComponent(location.hash.slice(1));
      const whistle = data.whistles.find((one) => one.number === number);
      if (whistle) return open(whistle);
      const i = data.sources.incidents.number.indexOf(number);
      if (number && i >= 0) {
        map.setView(path(data.sources.incidents.shapes[i][1])[0], 17, { animate: false });
        named.incidents.group.getLayers()[i].openPopup();
      }
    };
    addEventListener("hashchange", follow);
    follow();
  };

  // --- title, whistles, legend ---------------------------------------------------------------------------------
  const boxes = (map, data, layers, paints, act) => {
    const button = make("button", "language", say(both("English", "中文")));
    button.type = "button";
    button.addEventListener("click", toggle);
    const total = Object.values(data.counts).reduce((sum, count) => sum + count, 0);
    const left = make("div", "box left",
      make("header", "", make("h1", "", say(data.title)), button),
      make("p", "soft", say(data.period)),
      make("p", "soft", say(both(`上报 ${grouped(total)} 件，联合哨 ${data.whistles.length} 起`, `${grouped(total)} reports, ${data.whistles.length} combined whistles`))),
      data.synthetic ? make("p", "warning", say(both("几何为合成数据：地名真实，边界与位置均非真实。", "Synthetic geometry: the names are real, the borders and places are not."))) : null,
      whistleList(data, paints, act));
    const right = make("details", "box right", make("summary", "", say(both("图层与图例", "Layers and legend"))), legend(data, layers, act));
    right.open = innerWidth >= 700;
    const frame = map.getContainer();
    for (const box of [left, right]) {
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      frame.append(box);
    }
  };
  const whistleList = (data, paints, act) => {
    if (!data.whistles.length) return null;
    const list = make("ul", "whistles");
    for (const whistle of data.whistles) {
      const shares = whistle.sides.map((side) => make("span", "side", `${sideName(whistle, side)} ${percent(side.share)}`));
      const go = make("button", "", make("span", "matter", whistle.matter, crossing(whistle)),
        sideBar(whistle, paints), make("span", "soft", ...shares));
      go.type = "button";
      go.dataset.number = whistle.number;
      go.addEventListener("click", () => act.open(whistle));
      list.append(make("li", "", go));
    }
    return make("section", "", make("h2", "", say(both("联合哨", "Combined whistles"))), list);
  };
  const legend = (data, layers, act) => {
    const list = make("div", "legend");
    for (const layer of [...layers].reverse().filter((one) => one.listed)) list.append(entry(data, layer, layers, act));
    for (const note of [layers.find((one) => one.note)?.note, ...data.notes]) if (note) list.append(make("p", "soft note", say(note)));
    return list;
  };
  const entry = (data, layer, layers, act) => {
    const box = make("input", "");
    box.type = "checkbox";
    box.checked = layer.on;
    layer.box = box;
    const look = layer.look, kind = layer.name === "incidents" ? "point" : layer.name === "roads" ? "line" : "polygon";
    const one = look.kind === "plain" ? swatch(look.paint, kind) : look.kind === "rank" ? swatch(look.paints[0], kind) : null;
    const rows = make("div", "rows");
    if (look.kind === "class") {
      for (const item of [look.none, ...look.classes, look.unknown]) if (item) rows.append(make("div", "", swatch(item.paint, kind), say(item.title)));
    } else if (look.kind === "value" && layer.name === "incidents") {
      for (const item of Object.values(look.values)) rows.append(make("div", "", swatch(item.paint, kind), say(item.title), make("b", "", grouped(item.count))));
      if (data.counts.unplaced) rows.append(make("div", "soft", make("i", "swatch"), say(both("地址待核实（无位置）", "Address to be asked (no place)")), make("b", "", grouped(data.counts.unplaced))));
    }
    const whole = make("div", "entry", make("label", "", box, one, say(layer.title)), rows.childElementCount ? rows : null);
    const settle = () => { rows.hidden = !layer.on; };
    layer.settle = settle;
    settle();
    box.addEventListener("change", () => {
      layer.on = box.checked;
      for (const other of layers.filter((o) => layer.on && layer.family && o !== layer && o.family === layer.family)) {
        other.on = false;
        other.box.checked = false;
        other.settle();
      }
      settle();
      act.refresh();
    });
    return whole;
  };
})();
