/** Reads server-sent events (HTML standard, 9.2.6) from pieces of text, comments as signs of life included. */

export interface Told {
  event: string;
  data: string;
}

export class Reader {
  /** The cursor to come back with. */
  lastId = "";
  #rest = "";
  #event = "";
  #data: string[] = [];

  /** Takes what came, and returns the messages that are whole now. */
  take(piece: string): Told[] {
    const told: Told[] = [];
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const found = this.#line(line);
      if (found) told.push(found);
    }
    return told;
  }

  #line(line: string): Told | null {
    if (line === "") return this.#whole();
    const [, field, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line) ?? [];
    if (field === "event") this.#event = value ?? "";
    else if (field === "data") this.#data.push(value ?? "");
    else if (field === "id" && value !== undefined && !value.includes("\0")) this.lastId = value;
    return null;
  }

  #whole(): Told | null {
    const told = this.#data.length ? { event: this.#event || "message", data: this.#data.join("\n") } : null;
    this.#event = "";
    this.#data = [];
    return told;
  }
}
