/** One matter of the draft. */
import { Button, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { Form } from "../../shared/ui/form";
import { type Field, flagOf, listOf, numberOf, orNull, textOf, type Values } from "../../shared/ui/forms";
import { read } from "../../shared/api";
import { useLoaded } from "../../shared/ui/loaded";
import { say } from "../../shared/words";
import { requireFree } from "../book";
import { organisationOptions } from "../registers/organisations_known";
import { COUNTED, optionsOf } from "../words";
import type { Matter } from "./lists";

interface Kind {
  code: string;
  name: string;
  name_en: string;
}

const STREET = { value: "STREET_OFFICE", words: { zh: "所在街道办事处", en: "The office of the place's street" } };
const CODE = { zh: "只用字母、数字、_ 和 -。", en: "Letters, digits, _ and - only." };

function fields(fresh: boolean, kinds: readonly Kind[]): Field[] {
  const whistles = kinds.map(({ code, name, name_en }) => ({ value: code, words: { zh: name, en: name_en || name } }));
  return [
    {
      name: "code",
      words: { zh: "编码", en: "Code" },
      required: true,
      fixed: !fresh,
      pattern: /^[0-9A-Za-z_-]{1,40}$/,
      otherwise: CODE,
    },
    { name: "name", words: { zh: "名称", en: "Name" }, required: true, most: 200 },
    { name: "category", words: { zh: "大类", en: "Category" }, most: 200 },
    { name: "subcategory", words: { zh: "小类", en: "Subcategory" }, most: 200 },
    {
      name: "lead",
      words: { zh: "主责", en: "Leads" },
      kind: "suggest",
      options: [STREET, ...organisationOptions()],
      required: true,
    },
    {
      name: "cooperating",
      words: { zh: "配合", en: "Cooperate" },
      kind: "several",
      options: [STREET, ...organisationOptions()],
      hint: { zh: "输入名称或编码，逐个选入。", en: "Type a name or a code, and choose one after the other." },
    },
    {
      name: "priority",
      words: { zh: "优先级（1 最急）", en: "Priority (1 the most urgent)" },
      kind: "number",
      required: true,
      least: 1,
      most: 9,
    },
    {
      name: "file_within_minutes",
      words: { zh: "立案时限（分钟）", en: "File within (min)" },
      kind: "number",
      required: true,
      least: 1,
      most: 527_040,
    },
    {
      name: "handle_within_minutes",
      words: { zh: "处置时限（分钟）", en: "Handle within (min)" },
      kind: "number",
      required: true,
      least: 1,
      most: 527_040,
    },
    {
      name: "counted",
      words: { zh: "处置时间怎样算", en: "How the time to handle runs" },
      kind: "select",
      options: optionsOf(COUNTED),
      required: true,
    },
    {
      name: "whistle_kind",
      words: { zh: "可以吹的哨", en: "May be whistled for as" },
      kind: "select",
      options: [{ value: "", words: { zh: "不可吹哨", en: "Not at all" } }, ...whistles],
    },
    {
      name: "admitted",
      words: { zh: "可以交给网格员、街道、社区", en: "May be given to grid workers, streets, communities" },
      kind: "check",
    },
  ];
}

const valuesOf = (matter: Matter | null): Values => ({
  code: matter?.code ?? "",
  name: matter?.name ?? "",
  category: matter?.category ?? "",
  subcategory: matter?.subcategory ?? "",
  lead: matter?.lead ?? "",
  cooperating: matter?.cooperating ?? [],
  priority: String(matter?.priority ?? 3),
  file_within_minutes: String(matter?.file_within_minutes ?? 60),
  handle_within_minutes: String(matter?.handle_within_minutes ?? 1440),
  counted: matter?.counted ?? "working",
  whistle_kind: matter?.whistle_kind ?? "",
  admitted: matter?.admitted ?? true,
});

function matterOf(values: Values): Matter {
  return {
    code: textOf(values, "code"),
    name: textOf(values, "name"),
    category: textOf(values, "category"),
    subcategory: textOf(values, "subcategory"),
    lead: textOf(values, "lead"),
    cooperating: listOf(values, "cooperating"),
    priority: numberOf(values, "priority"),
    file_within_minutes: numberOf(values, "file_within_minutes"),
    handle_within_minutes: numberOf(values, "handle_within_minutes"),
    counted: textOf(values, "counted") as Matter["counted"],
    whistle_kind: orNull(values, "whistle_kind"),
    admitted: flagOf(values, "admitted"),
  };
}

interface Props {
  matter: Matter | null;
  taken: readonly Matter[];
  put: (matter: Matter) => void;
  drop: (code: string) => void;
  close: () => void;
}

export function MatterForm({ matter, taken, put, drop, close }: Props) {
  const kinds = useLoaded(() => read<{ items: Kind[] }>("/api/v1/whistle-kinds"));
  // eslint-disable-next-line @typescript-eslint/require-await -- what is refused is refused as the server refuses it
  const submit = async (values: Values): Promise<void> => {
    const wanted = matterOf(values);
    if (!matter)
      requireFree(
        taken.map((one) => one.code),
        wanted.code,
      );
    put(wanted);
    close();
  };
  const remove = matter && (
    <Button
      kind="danger"
      act={() => {
        drop(matter.code);
        close();
      }}
    >
      {say("从草稿中去掉", "Take out of the draft")}
    </Button>
  );
  return (
    <Dialog title={matter?.name ?? say("新增事项", "Add a matter")} close={close}>
      <Shown of={kinds}>
        {({ items }) => (
          <Form
            fields={fields(!matter, items)}
            initial={valuesOf(matter)}
            submit={submit}
            label={say("放入草稿", "Put into the draft")}
            also={remove}
          />
        )}
      </Shown>
    </Dialog>
  );
}
