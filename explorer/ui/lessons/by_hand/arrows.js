// Arrows from the origin that one drags, or moves by the arrow keys. Tells Python on release.
const SIZE = 380;
const STEP = 0.25; // to which places snap, and what an arrow key moves

const made = ({ reach, arrows: given }, send) => {
  const arrows = given.map((one) => ({ ...one }));
  let unit = false;
  let dragged = false;
  let told = 0; // when: Python says which it has heard
  const scale = SIZE / (2 * reach);
  const across = (x) => SIZE / 2 + x * scale;
  const down = (y) => SIZE / 2 - y * scale;
  const inside = (value) => Math.max(-reach, Math.min(reach, Math.round(value / STEP) * STEP));
  const svg = make("svg", {
    viewBox: `0 0 ${SIZE} ${SIZE}`,
    style: `width:100%;max-width:${SIZE}px;touch-action:none;display:block;user-select:none`,
  });
  const line = "var(--st-border-color, #888)";
  for (let at = -Math.floor(reach); at <= reach; at++) {
    const width = at === 0 ? 1.5 : 0.5;
    svg.append(
      make("line", { x1: across(at), x2: across(at), y1: 0, y2: SIZE, stroke: line, "stroke-width": width }),
      make("line", { y1: down(at), y2: down(at), x1: 0, x2: SIZE, stroke: line, "stroke-width": width }),
    );
  }
  const circle = { cx: across(0), cy: down(0), r: scale, fill: "none", stroke: "var(--st-text-color, #888)" };
  const ring = make("circle", { ...circle, "stroke-dasharray": "4 4" });
  svg.append(ring);
  const shown = arrows.map((one) => {
    const group = make("g", { tabindex: 0, role: "slider", style: "cursor:grab" });
    const parts = {
      group,
      stem: make("line", { x1: across(0), y1: down(0), stroke: one.color, "stroke-width": 3.5 }),
      tip: make("circle", { r: 8, fill: one.color }),
      hold: make("circle", { r: 22, fill: "transparent" }), // as large as a finger
      name: make("text", { fill: one.color, "font-size": 16, "font-weight": 700 }, one.name),
    };
    group.append(parts.stem, parts.tip, parts.hold, parts.name);
    svg.append(group);
    return parts;
  });
  const draw = () => {
    ring.setAttribute("visibility", unit ? "visible" : "hidden");
    arrows.forEach((one, at) => {
      const length = Math.hypot(one.x, one.y);
      const cut = unit && length ? length : 1;
      const [x, y] = [across(one.x / cut), down(one.y / cut)];
      const { group, stem, tip, hold, name } = shown[at];
      for (const part of [tip, hold]) {
        part.setAttribute("cx", x);
        part.setAttribute("cy", y);
      }
      stem.setAttribute("x2", x);
      stem.setAttribute("y2", y);
      const left = x > SIZE - 40;
      name.setAttribute("text-anchor", left ? "end" : "start");
      name.setAttribute("x", x + (left ? -12 : 12));
      name.setAttribute("y", Math.max(16, y - 8));
      group.setAttribute("aria-label", `${one.name}: ${one.x} across, ${one.y} up`);
      group.setAttribute("aria-valuetext", `${one.x} across, ${one.y} up`);
      group.setAttribute("aria-valuenow", one.x);
    });
  };
  const places = () => arrows.map(({ name, x, y }) => ({ name, x, y }));
  let known = "";
  const tell = () => {
    if (JSON.stringify(places()) === known) return;
    known = JSON.stringify(places());
    told = Math.max(Date.now(), told + 1);
    send("arrows", { at: told, places: places() });
  };
  const hear = (data) => {
    unit = data.unit;
    // what Python knew before the last move does not take it back
    if (!dragged && data.answered >= told) {
      data.arrows.forEach(({ x, y }, at) => Object.assign(arrows[at], { x, y }));
      known = JSON.stringify(places());
      told = data.answered; // also where the clock was set back since
    }
    draw();
  };
  shown.forEach(({ group }, at) => {
    group.addEventListener("pointerdown", (event) => {
      group.setPointerCapture(event.pointerId);
      dragged = true;
      event.preventDefault();
      group.focus();
    });
    group.addEventListener("pointermove", (event) => {
      if (!group.hasPointerCapture(event.pointerId)) return;
      const box = svg.getBoundingClientRect();
      arrows[at].x = inside((((event.clientX - box.left) / box.width) * SIZE - SIZE / 2) / scale);
      arrows[at].y = inside((SIZE / 2 - ((event.clientY - box.top) / box.height) * SIZE) / scale);
      draw();
    });
    for (const kind of ["pointerup", "pointercancel"])
      group.addEventListener(kind, () => {
        dragged = false;
        tell();
      });
    group.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      const [x, y] = by[event.key] ?? [0, 0];
      if (!x && !y) return;
      event.preventDefault();
      arrows[at].x = inside(arrows[at].x + x * STEP);
      arrows[at].y = inside(arrows[at].y + y * STEP);
      draw();
      tell();
    });
  });
  return { svg, hear };
};

export default staying(made, ({ reach, arrows }) =>
  JSON.stringify([reach, arrows.map(({ name, color }) => [name, color])]),
);
