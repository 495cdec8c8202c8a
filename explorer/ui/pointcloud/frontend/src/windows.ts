/** The lines of a long table that are here, and which to ask for. */

export const BLOCK = 100; // lines that are asked for together

export class Windows<Line> {
  private readonly blocks = new Map<number, Line[]>();

  constructor(private readonly mostKept = 60) {}

  clear(): void {
    this.blocks.clear();
  }

  /** Put lines from `first` on, which begins a block. */
  put(first: number, lines: readonly Line[]): void {
    for (let at = 0; at < lines.length; at += BLOCK) {
      const block = (first + at) / BLOCK;
      this.blocks.delete(block);
      this.blocks.set(block, lines.slice(at, at + BLOCK));
    }
    for (const block of this.blocks.keys()) if (this.blocks.size > this.mostKept) this.blocks.delete(block);
  }

  get(line: number): Line | undefined {
    return this.blocks.get(Math.floor(line / BLOCK))?.[line % BLOCK];
  }

  /** Return the first line and the number of lines to ask for, so that these are here; null if they are. */
  lacking(first: number, last: number): { first: number; count: number } | null {
    const blocks: number[] = [];
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block++) {
      if (!this.blocks.has(block)) blocks.push(block);
    }
    if (!blocks.length) return null;
    return { first: blocks[0]! * BLOCK, count: (blocks[blocks.length - 1]! - blocks[0]! + 1) * BLOCK };
  }
}

/** Which lines a scrolled element of bounded height shows. */
export class Scroll {
  constructor(
    private readonly total: number,
    private readonly line: number,
    private readonly seen: number,
    private readonly tallest: number,
  ) {}

  /** Pixels of the whole, as far as a browser can have it. */
  get height(): number {
    return Math.min(this.total * this.line, this.tallest);
  }

  private get stretch(): number {
    return (this.total * this.line - this.seen) / Math.max(1, this.height - this.seen);
  }

  /** The line at the top, with a fraction, where it is scrolled to `top`. */
  lineAt(top: number): number {
    const most = Math.max(0, this.total - this.seen / this.line);
    return Math.min(most, Math.max(0, (top * Math.max(1, this.stretch)) / this.line));
  }

  /** Where to scroll to, so that this line is in the middle. */
  topOf(line: number): number {
    return Math.max(0, (line * this.line - this.seen / 2 + this.line / 2) / Math.max(1, this.stretch));
  }
}
