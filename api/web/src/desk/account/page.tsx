/** My account: who I am, what I may do, how I come in, and how I am told. */
import { me } from "../../shared/session";
import { Button } from "../../shared/ui/basics";
import { chooseTheme, themeChoice } from "../../shared/ui/theme";
import { say, switchTongue, tongue } from "../../shared/words";
import { Page } from "../shell";
import { areaName } from "../areas";
import { named, PERMISSIONS, ROLES } from "../words";
import { Password } from "./password";
import { Preferences } from "./preferences";
import { Sessions } from "./sessions";
import { Tokens } from "./tokens";

export function Account() {
  return (
    <Page title={say("我的账号", "My account")}>
      <div class="cards">
        <Who />
        <Looks />
        {me.value?.has_password && <Password />}
        {me.value?.permissions.includes("inbox.read") && <Preferences />}
      </div>
      <Sessions />
      <Tokens />
    </Page>
  );
}

function Who() {
  const mine = me.value;
  if (!mine) return null;
  return (
    <section class="ui-card" aria-labelledby="who">
      <h2 id="who">{say("我是谁", "Who I am")}</h2>
      <dl class="facts">
        <dt>{say("姓名", "Name")}</dt>
        <dd>{mine.name}</dd>
        <dt>{say("用户名", "Login")}</dt>
        <dd>{mine.login}</dd>
        <dt>{say("登录方式", "Comes in by")}</dt>
        <dd>{mine.has_password ? say("密码", "Password") : say("统一身份认证", "Single sign-on")}</dd>
      </dl>
      <h3>{say("角色与范围", "Roles, and where")}</h3>
      {!mine.grants.length && (
        <p class="ui-soft">{say("还没有角色，请联系管理员。", "No role yet: ask an administrator.")}</p>
      )}
      <ul>
        {mine.grants.map((grant) => (
          <li key={`${grant.role} ${grant.area_code} ${grant.organisation_code ?? ""}`}>
            <strong>{named(ROLES, grant.role)}</strong> · {areaName(grant.area_code)}
            {grant.organisation_code && ` · ${grant.organisation_code}`}
            <details>
              <summary>
                {say(`可以做的 ${grant.permissions.length} 件事`, `May do ${grant.permissions.length} things`)}
              </summary>
              {grant.permissions.map((one) => named(PERMISSIONS, one)).join(say("、", ", "))}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Looks() {
  const choices = [
    ["auto", say("跟随系统", "As the machine")],
    ["day", say("日间", "Day")],
    ["night", say("夜间", "Night")],
  ] as const;
  return (
    <section class="ui-card" aria-labelledby="looks">
      <h2 id="looks">{say("语言与外观", "Language and light")}</h2>
      <p class="ui-soft">{say("保存在这个浏览器里。", "Kept in this browser.")}</p>
      <fieldset class="ui-field">
        <legend>{say("语言", "Language")}</legend>
        <div class="ui-row">
          {(["zh", "en"] as const).map((one) => (
            <Button key={one} act={() => tongue.value !== one && switchTongue()} pressed={tongue.value === one}>
              <span lang={one === "zh" ? "zh-CN" : "en"}>{one === "zh" ? "中文" : "English"}</span>
            </Button>
          ))}
        </div>
      </fieldset>
      <fieldset class="ui-field">
        <legend>{say("外观", "Light")}</legend>
        <div class="ui-row">
          {choices.map(([choice, words]) => (
            <Button key={choice} act={() => chooseTheme(choice)} pressed={themeChoice.value === choice}>
              {words}
            </Button>
          ))}
        </div>
      </fieldset>
    </section>
  );
}
