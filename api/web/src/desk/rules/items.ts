/** The items of a checklist as lines that people write: code | Chinese | English | matter. */
export interface Item {
  code: string;
  zh: string;
  en: string;
  matter: string | null;
}

const CODE = /^[a-z][a-z0-9_]{0,39}$/;

export function linesOf(items: readonly Item[]): string {
  return items.map(({ code, zh, en, matter }) => [code, zh, en, ...(matter ? [matter] : [])].join(" | ")).join("\n");
}

/** Reads the lines, and says of each what is wrong with it; empty lines say nothing. */
export function itemsOf(text: string): { items: Item[]; faults: string[] } {
  const faults: string[] = [];
  const seen = new Set<string>();
  const lines = text.split("\n").map((line, place) => ({ line: line.trim(), number: place + 1 }));
  const items = lines
    .filter(({ line }) => line)
    .map(({ line, number }) => {
      const [code = "", zh = "", en = "", matter = ""] = line.split(/[|｜]/).map((part) => part.trim());
      if (!CODE.test(code))
        faults.push(
          `第 ${number} 行：编码要用小写字母、数字和 _。 Line ${number}: the code takes small letters, digits and _.`,
        );
      else if (seen.has(code))
        faults.push(`第 ${number} 行：编码 ${code} 重复。 Line ${number}: ${code} stands above already.`);
      if (!zh || !en)
        faults.push(`第 ${number} 行：缺少中文或英文。 Line ${number}: the Chinese or the English is missing.`);
      seen.add(code);
      return { code, zh, en, matter: matter || null };
    });
  return { items, faults };
}
