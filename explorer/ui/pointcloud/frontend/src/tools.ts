/** The buttons on the map. */

export type Mode = "move" | "lasso" | "box";

export interface Deeds {
  zoom(factor: number): void;
  fit(): void;
  setMode(mode: Mode): void;
  setTurning(on: boolean): void;
  showPictures(on: boolean): void;
  save(what: SaveAs): void;
}

export type SaveAs = "png2" | "png4" | "svg" | "html";

const ICONS = {
  plus: "M9 3v12M3 9h12",
  minus: "M3 9h12",
  fit: "M3 7V3h4M11 3h4v4M15 11v4h-4M7 15H3v-4",
  lasso: "M5 12C2 10 2 4 9 4s8 5 4 7-6 1-7-1M5 12c0 2 1 3-1 4",
  box: "M3 3h3M8 3h3M13 3h2v2M15 7v3M15 12v3h-3M10 15H7M5 15H3v-3M3 10V7M3 5V3",
  pictures: "M2.5 3.5h13v11h-13zM2.5 12l3.5-4 3 3.2 2-2 4.5 4M12 6a1 1 0 1 0 0 2 1 1 0 1 0 0-2",
  turn: "M14.5 9a5.5 5.5 0 1 1-2-4.2M13 1.5v3.6H9.4",
  save: "M9 3v8M5.5 8 9 11.5 12.5 8M3 15h12",
};

const FORMS: [SaveAs, string][] = [
  ["png2", "Picture (PNG, twice the screen)"],
  ["png4", "Picture (PNG, four times)"],
  ["svg", "Drawing with labels (SVG)"],
  ["html", "Page of its own (HTML) …"],
];

export class Tools {
  readonly element = document.createElement("div");
  private readonly modes = new Map<Mode, HTMLButtonElement>();
  private readonly turn: HTMLButtonElement;
  private readonly pictures: HTMLButtonElement;
  private readonly choosing = document.createElement("div");
  private readonly ended = new AbortController();
  private mode: Mode = "move";
  private isTurning = false;

  constructor(private readonly deeds: Deeds) {
    this.element.className = "tools";
    // what happens on a button is not for the map below it
    for (const kind of ["pointerdown", "dblclick", "wheel"]) {
      this.element.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.turn = button("Turn by itself", "turn", () => {
      this.isTurning = !this.isTurning;
      deeds.setTurning(this.isTurning);
      this.turn.setAttribute("aria-pressed", `${this.isTurning}`);
    });
    this.pictures = button("Show pictures", "pictures", () => {
      const on = this.pictures.getAttribute("aria-pressed") !== "true";
      this.pictures.setAttribute("aria-pressed", `${on}`);
      deeds.showPictures(on);
    });
    this.pictures.setAttribute("aria-pressed", "true");
    this.choosing.className = "group";
    for (const [mode, title] of [["lasso", "Select with a lasso"], ["box", "Select with a box"]] as const) {
      const one = button(title, mode, () => this.setMode(this.mode === mode ? "move" : mode));
      one.setAttribute("aria-pressed", "false");
      this.modes.set(mode, one);
      this.choosing.append(one);
    }
    this.element.append(
      group(
        button("Zoom in", "plus", () => deeds.zoom(1.6)),
        button("Zoom out", "minus", () => deeds.zoom(1 / 1.6)),
        button("Show all", "fit", () => deeds.fit()),
        this.turn,
        this.pictures,
      ),
      this.choosing,
      this.saver(),
    );
  }

  /** Show what is possible with this view. */
  show({ inSpace, canPick, hasPictures, canPage }: Record<"inSpace" | "canPick" | "hasPictures" | "canPage", boolean>): void {
    this.pictures.style.display = hasPictures ? "" : "none";
    this.turn.hidden = !inSpace;
    this.turn.style.display = inSpace ? "" : "none";
    this.turn.setAttribute("aria-pressed", `${this.isTurning && inSpace}`);
    this.choosing.style.display = canPick ? "" : "none";
    this.element.querySelector<HTMLElement>("[data-form=html]")!.style.display = canPage ? "" : "none";
    if (!canPick && this.mode !== "move") this.setMode("move");
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    for (const [name, one] of this.modes) one.setAttribute("aria-pressed", `${name === mode}`);
    this.deeds.setMode(mode);
  }

  /** Listen to nothing any more. */
  dispose(): void {
    this.ended.abort();
  }

  private saver(): HTMLElement {
    const menu = document.createElement("div");
    menu.className = "menu";
    const show = (isOpen: boolean): void => {
      menu.hidden = !isOpen;
      opener.setAttribute("aria-expanded", `${isOpen}`);
    };
    const opener = button("Save", "save", () => show(menu.hidden !== false));
    show(false);
    for (const [what, title] of FORMS) {
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = title;
      one.dataset["form"] = what;
      one.addEventListener("click", () => {
        show(false);
        this.deeds.save(what);
      });
      menu.append(one);
    }
    const holder = document.createElement("div");
    holder.className = "saver";
    holder.append(group(opener), menu);
    // at the document and before all others: what lies around the menu may keep its events to itself
    const everywhere = { capture: true, signal: this.ended.signal };
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (!event.composedPath().includes(holder)) show(false);
      },
      everywhere,
    );
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || menu.hidden) return;
        show(false);
        opener.focus();
        event.stopPropagation(); // Escape on the map would select nothing
      },
      everywhere,
    );
    return holder;
  }
}

function group(...buttons: HTMLElement[]): HTMLElement {
  const element = document.createElement("div");
  element.className = "group";
  element.append(...buttons);
  return element;
}

function button(title: string, icon: keyof typeof ICONS, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.title = title;
  element.setAttribute("aria-label", title);
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 18 18");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[icon]);
  drawing.append(path);
  element.append(drawing);
  element.addEventListener("click", act);
  return element;
}
