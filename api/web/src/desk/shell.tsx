/** What stands around every page: who one is, where one can go, in which tongue and light. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { leave, me, permissions } from "../shared/session";
import { Button } from "../shared/ui/basics";
import { chooseTheme, theme } from "../shared/ui/theme";
import { Toasts, toastError } from "../shared/ui/toasts";
import { forgo } from "../shared/ui/unsaved";
import { said, say, switchTongue, tongue } from "../shared/words";
import { unread } from "./live";
import { MINE, opens, type Place, placeAt, PLANNING, WORK } from "./places";
import { Leaving, leaving, Link, path, turns } from "./router";
import { Conflicts } from "./saving";

export function Shell({ children }: { children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const here = path.value;
  useEffect(() => setOpen(false), [here]);
  return (
    <div class="desk">
      <a class="skip" href="#page">
        {say("跳到正文", "Skip to the page")}
      </a>
      <header class="top">
        <button
          type="button"
          class="ui-button menu"
          aria-expanded={open}
          aria-controls="places"
          onClick={() => setOpen(!open)}
        >
          ☰ {say("菜单", "Menu")}
          {unread.value > 0 && <Unread />}
        </button>
        <a class="house" href="/">
          {say("网格治理", "gridgov")}
        </a>
        <span class="grow" />
        <span class="who">{me.value?.name}</span>
        <span class="switches">
          <Switches />
        </span>
      </header>
      <nav id="places" class={open ? "places open" : "places"} aria-label={say("页面", "Pages")}>
        <Places title={say("我的", "Mine")} places={MINE} />
        <Places title={say("规划与先办", "Planning")} places={PLANNING} />
        <Places title={say("管理", "Administration")} places={WORK} />
        <Elsewhere />
        <p class="switches ui-row">
          <Switches />
        </p>
      </nav>
      <main id="page" tabIndex={-1}>
        {children}
      </main>
      <Conflicts />
      <Leaving />
      <Toasts />
    </div>
  );
}

function Unread() {
  return (
    <span class="count" data-unread={unread.value}>
      {unread.value > 99 ? "99+" : unread.value}
      <span class="hidden-but-read">{say(" 条未读", " unread")}</span>
    </span>
  );
}

function Switches() {
  const night = theme.value === "night";
  return (
    <>
      <button type="button" class="ui-button" onClick={switchTongue} lang={tongue.value === "zh" ? "en" : "zh-CN"}>
        {say("English", "中文")}
      </button>
      <button type="button" class="ui-button" aria-pressed={night} onClick={() => chooseTheme(night ? "day" : "night")}>
        {say("夜间", "Night")}
      </button>
      <Button act={() => leaving(() => void out())}>{say("退出", "Log out")}</Button>
    </>
  );
}

async function out(): Promise<void> {
  try {
    await leave();
  } catch (error) {
    toastError(error);
    return;
  }
  // Whether it may go was asked here, and is not asked by the browser once more.
  forgo();
  location.assign("/login");
}

function Places({ title, places }: { title: string; places: readonly Place[] }) {
  const open = places.filter((place) => opens(place, permissions.value));
  if (!open.length) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {open.map((place) => (
          <li key={place.path}>
            <Link to={place.path} here={placeAt(path.value) === place}>
              {said(place.words)}
              {place.path === "/desk/inbox" && unread.value > 0 && <Unread />}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Elsewhere() {
  const mine = permissions.value;
  return (
    <section>
      <h2>{say("其他界面", "Other screens")}</h2>
      <ul>
        <li>
          <a href="/">{say("概览", "Overview")}</a>
        </li>
        {mine.has("case.report") && (
          <li>
            <a href="/field">{say("网格员手机端", "Grid worker's phone")}</a>
          </li>
        )}
        {mine.has("case.read") && (
          <li>
            <a href="/command">{say("指挥中心", "Command centre")}</a>
          </li>
        )}
        <li>
          <a href="/docs">{say("接口文档", "API")}</a>
        </li>
      </ul>
    </section>
  );
}

interface PageProps {
  title: string;
  children: ComponentChildren;
  /** A sentence on what this page is for. */
  lead?: string;
  tools?: ComponentChildren;
}

/** A page with its heading, which takes the focus when one comes here from another page. */
export function Page({ title, lead, tools, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (turns.peek()) heading.current?.focus();
  }, []);
  useEffect(() => {
    document.title = `${title} · ${say("网格治理", "gridgov")}`;
  }, [title]);
  return (
    <>
      <div class="head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p class="ui-soft">{lead}</p>}
        </div>
        {tools && <div class="ui-row">{tools}</div>}
      </div>
      {children}
    </>
  );
}
