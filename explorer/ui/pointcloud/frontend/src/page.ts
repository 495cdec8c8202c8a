/** A saved page: its data stands in it, and it searches by itself. */

import type { Cloud } from "./cloud.ts";

type Mount = (mount: {
  data: Uint8Array;
  parentElement: HTMLElement;
  setStateValue: (name: string, value: unknown) => void;
}) => unknown;

/** Show the data that stands in this page, if it is a saved one. */
export function openPage(mount: Mount): void {
  if (typeof document === "undefined") return;
  const scripts = document.querySelectorAll('script[type="application/x-pointcloud"]');
  const parentElement = document.querySelector<HTMLElement>("body > main");
  if (!scripts.length || !parentElement) return;
  for (const script of scripts) {
    const data = Uint8Array.from(atob(script.textContent ?? ""), (letter) => letter.charCodeAt(0));
    mount({ data, parentElement, setStateValue: () => undefined });
  }
  const element = parentElement.querySelector<HTMLElement & { pointcloud: Cloud }>(".cloud")!;
  element.pointcloud.standAlone();
  element.querySelector(".stage")!.append(finder(element.pointcloud));
}

function finder(cloud: Cloud): HTMLElement {
  const holder = document.createElement("label");
  holder.className = "finder";
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Search";
  field.setAttribute("aria-label", "Search");
  const found = document.createElement("output");
  holder.append(field, found);
  for (const kind of ["pointerdown", "dblclick", "keydown", "wheel"]) {
    holder.addEventListener(kind, (event) => event.stopPropagation());
  }
  let hits: number[] = [];
  let next = 0;
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    hits = text ? cloud.search(text) : [];
    next = 0;
    found.textContent = text ? `${hits.length.toLocaleString("en")} found` : "";
    cloud.markHits(Uint32Array.from(hits));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hits.length) cloud.goTo(hits[next++ % hits.length]!);
  });
  return holder;
}
