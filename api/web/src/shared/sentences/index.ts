/** The book of what the server says: a chapter for each of its rooms, and the words of its codes. */
import accounts from "./accounts.json";
import cases from "./cases.json";
import codes from "./codes.json";
import everywhere from "./everywhere.json";
import evidence from "./evidence.json";
import field from "./field.json";
import messages from "./messages.json";
import places from "./places.json";
import planning from "./planning.json";
import registers from "./registers.json";
import rules from "./rules.json";
import whistles from "./whistles.json";

export const sentences: Readonly<Record<string, string>> = {
  ...everywhere,
  ...accounts,
  ...cases,
  ...evidence,
  ...field,
  ...messages,
  ...places,
  ...planning,
  ...registers,
  ...rules,
  ...whistles,
};

export { codes };
