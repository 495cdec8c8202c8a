// A picture of a space to place a point on by tapping, or with the guesses of a class on it.
const SIZE = 1000;
const STEP = 0.02; // what an arrow key moves

const across = (x) => x * SIZE;
const down = (y) => (1 - y) * SIZE;
const between = (value) => Math.max(0, Math.min(1, value));

const same = (one, other) => one.every((value, axis) => Math.abs(value - other[axis]) < 0.002); // Python rounds

const made = (_, send) => {
  const svg = make("svg", {});
  const pin = make("circle", { r: 24, fill: "#0089d0", stroke: "#fff", "stroke-width": 6, class: "mine" });
  let open = false;
  let told = null; // where the pin was put, until Python has it there too
  let at = null;
  const put = (place) => {
    at = place;
    pin.setAttribute("visibility", at ? "visible" : "hidden");
    if (!at) return;
    pin.setAttribute("cx", across(at[0]));
    pin.setAttribute("cy", down(at[1]));
  };
  const tell = (x, y) => {
    if (!open) return;
    told = [between(x), between(y)];
    put(told);
    send("placed", { x: told[0], y: told[1] });
  };
  svg.addEventListener("click", (event) => {
    const inside = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    tell(inside.x / SIZE, 1 - inside.y / SIZE);
  });
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!by || !open) return;
    event.preventDefault();
    const [x, y] = at ?? [0.5, 0.5];
    tell(x + STEP * by[0], y + STEP * by[1]);
  });
  const hear = (data) => {
    ({ open } = data);
    if (!open || (told && data.mine && same(told, data.mine))) told = null;
    drawn(svg, pin, data);
    put(told ?? data.mine);
  };
  return { svg, hear };
};

const drawn = (svg, pin, { points, landmarks, guesses, answer, open, say, down: [top, bottom] }) => {
  const ground = "var(--st-text-color, #888)";
  const about = {
    viewBox: `-20 ${top * SIZE} ${SIZE + 40} ${(bottom - top) * SIZE}`,
    role: open ? "application" : "img",
    "aria-label": say,
    tabindex: open ? 0 : -1,
    style: `width:100%;height:100%;display:block;user-select:none;${open ? "cursor:crosshair;touch-action:manipulation" : ""}`,
  };
  for (const [name, value] of Object.entries(about)) svg.setAttribute(name, value);
  svg.replaceChildren();
  for (const [x, y] of points)
    svg.append(make("circle", { cx: across(x), cy: down(y), r: 4, fill: ground, opacity: 0.22 }));
  for (const [x, y, name] of landmarks) {
    const anchor = x > 0.8 ? "end" : x < 0.2 ? "start" : "middle";
    svg.append(make("circle", { cx: across(x), cy: down(y), r: 8, fill: ground }));
    svg.append(
      make(
        "text",
        {
          x: across(x), y: down(y) - 16, "font-size": 40, fill: ground, "text-anchor": anchor,
          stroke: "var(--st-background-color, #fff)", "stroke-width": 8, "paint-order": "stroke",
        },
        name,
      ),
    );
  }
  for (const [x, y] of guesses)
    svg.append(
      make("circle", { cx: across(x), cy: down(y), r: 18, fill: "#d55e00", opacity: 0.6, class: "guess" }),
    );
  svg.append(pin);
  if (answer) {
    const [x, y, name] = answer;
    svg.append(
      make("circle", { cx: across(x), cy: down(y), r: 34, fill: "none", stroke: "#009e73", "stroke-width": 12 }),
      make(
        "text",
        {
          x: across(x), y: down(y) - 50, "font-size": 52, "font-weight": 700, fill: "#009e73",
          "text-anchor": x > 0.8 ? "end" : x < 0.2 ? "start" : "middle",
          stroke: "var(--st-background-color, #fff)", "stroke-width": 10, "paint-order": "stroke",
        },
        name,
      ),
    );
  }
};

export default staying(made);
