/** Tables for people: searched, sorted, paged, and cards on a phone. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { say } from "../words";
import { Button } from "./basics";
import { fits, type Key, paged, sorted } from "./rows";
import "./table.css";
import "./ui.css";

export interface Column<T> {
  name: string;
  label: string;
  show: (row: T) => ComponentChildren;
  /** What the column is sorted by; without it, it is not. */
  sort?: (row: T) => Key;
  kind?: "number" | "code";
}

interface Props<T> {
  caption: string;
  columns: Column<T>[];
  rows: readonly T[];
  id: (row: T) => string;
  /** What is searched of a row; without it there is nothing to search with. */
  texts?: (row: T) => (string | null | undefined)[];
  acts?: (row: T) => ComponentChildren;
  /** Stands beside the search. */
  tools?: ComponentChildren;
  size?: number;
}

export function Table<T>({ caption, columns, rows, id, texts, acts, tools, size = 50 }: Props<T>) {
  const [words, setWords] = useState("");
  const [order, setOrder] = useState<{ name: string; down: boolean } | null>(null);
  const [page, setPage] = useState(0);
  const key = columns.find((column) => column.name === order?.name)?.sort;
  const found = words.trim() && texts ? rows.filter((row) => fits(texts(row), words.trim())) : rows;
  const leaf = paged(key ? sorted(found, key, order?.down) : found, page, size);
  const search = (wanted: string): void => {
    setWords(wanted);
    setPage(0);
  };
  return (
    <div>
      {(texts ?? tools) && (
        <div class="ui-row">
          {texts && <Search caption={caption} words={words} search={search} />}
          {tools}
        </div>
      )}
      {/* The roles stand there because a phone shows the rows as cards, and browsers then forget what they are. */}
      <table class="ui-table" role="table">
        <caption>
          {caption} · {say(`${found.length} 条`, found.length === 1 ? "1 row" : `${found.length} rows`)}
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.name} column={column} order={order} choose={setOrder} />
            ))}
            {acts && (
              <th scope="col" role="columnheader" class="acts">
                {say("操作", "Acts")}
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {leaf.rows.map((row) => (
            <Row key={id(row)} row={row} columns={columns} acts={acts} />
          ))}
        </tbody>
      </table>
      {!found.length && (
        <p class="ui-soft">
          {rows.length ? say("没有符合的记录。", "Nothing fits.") : say("暂无记录。", "There is nothing yet.")}
        </p>
      )}
      {leaf.pages > 1 && <Pages page={leaf.page} pages={leaf.pages} turn={setPage} caption={caption} />}
    </div>
  );
}

function Search(props: { caption: string; words: string; search: (words: string) => void }) {
  return (
    <span class="ui-field grow">
      <input
        type="search"
        aria-label={say(`搜索：${props.caption}`, `Search: ${props.caption}`)}
        placeholder={say("搜索", "Search")}
        value={props.words}
        onInput={(event) => props.search(event.currentTarget.value)}
      />
    </span>
  );
}

interface HeadProps<T> {
  column: Column<T>;
  order: { name: string; down: boolean } | null;
  choose: (order: { name: string; down: boolean }) => void;
}

function Head<T>({ column, order, choose }: HeadProps<T>) {
  const mine = order?.name === column.name ? order : null;
  const sort = mine ? (mine.down ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" role="columnheader" class={column.kind ?? ""} aria-sort={sort}>
      {column.sort ? (
        <button type="button" onClick={() => choose({ name: column.name, down: mine ? !mine.down : false })}>
          {column.label}
          <span aria-hidden="true">{mine ? (mine.down ? " ▼" : " ▲") : " ↕"}</span>
        </button>
      ) : (
        column.label
      )}
    </th>
  );
}

function Row<T>({ row, columns, acts }: { row: T; columns: Column<T>[]; acts: Props<T>["acts"] }) {
  return (
    <tr role="row">
      {columns.map((column, place) => {
        const cell = { class: column.kind ?? "", "data-label": column.label, children: column.show(row) };
        return place === 0 ? (
          <th key={column.name} scope="row" role="rowheader" {...cell} />
        ) : (
          <td key={column.name} role="cell" {...cell} />
        );
      })}
      {acts && (
        <td class="acts" role="cell">
          {acts(row)}
        </td>
      )}
    </tr>
  );
}

function Pages(props: { page: number; pages: number; turn: (page: number) => void; caption: string }) {
  const { page, pages, turn } = props;
  const [first, end] = [page === 0, page === pages - 1];
  return (
    <nav class="ui-pages" aria-label={say(`翻页：${props.caption}`, `Pages: ${props.caption}`)}>
      <Button act={() => turn(page - 1)} whyNot={first ? say("已是第一页", "This is the first page") : undefined}>
        {say("上一页", "Back")}
      </Button>
      <span>{say(`第 ${page + 1} / ${pages} 页`, `Page ${page + 1} of ${pages}`)}</span>
      <Button act={() => turn(page + 1)} whyNot={end ? say("已是最后一页", "This is the last page") : undefined}>
        {say("下一页", "Next")}
      </Button>
    </nav>
  );
}
