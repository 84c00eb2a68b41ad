// Log in, or set a password of one's own, and go on to the page that was wanted.
const page = document.body.dataset;
const said = document.getElementById("said");
const change = document.getElementById("change");
const first = document.getElementById("log-in");
let csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

const WORDS = {
  401: ["用户名或密码不对，请重新输入。", "The login or the password is wrong: type both again."],
  differ: ["两次输入的新密码不一样。", "The two new passwords differ."],
  down: ["服务器暂时没有应答，请稍后再试。", "The server does not answer: try again in a moment."],
  wait: ["尝试次数过多，请等 {s} 秒后再试。", "Too many attempts: try again in {s} seconds."],
  old: ["现在的密码不对。", "The present password is wrong."],
  new: ["这个新密码太容易被猜到，请换一个：至少 10 个字符，不含用户名，不常见。", "That new password is too easy to guess: take at least 10 characters, without the login, and not a common one."],
};

function say([zh, en]) {
  said.replaceChildren(...[["zh", zh], ["en", en]].map(([name, text]) => {
    const words = document.createElement("span");
    words.className = name;
    words.textContent = text;
    return words;
  }));
  said.hidden = false;
}

async function fault(answer) {
  if (answer.status === 429) {
    const seconds = answer.headers.get("Retry-After") ?? "60";
    return WORDS.wait.map((text) => text.replace("{s}", seconds));
  }
  if (answer.status === 401) return WORDS[401];
  if (answer.status >= 500) return WORDS.down;
  const problem = await answer.json().catch(() => ({}));
  const field = problem.faults?.[0]?.field;
  if (answer.status === 422) return WORDS[field] ?? WORDS[401];
  return problem.detail ? [problem.detail, problem.detail] : WORDS.down;
}

async function send(path, body) {
  return fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
}

// Whoever names no page goes where their role works; a phone is the place of those who walk the grid.
const ON_FOOT = new Set(["grid_worker", "lane_chief", "community_officer"]);
const AT_CASES = new Set(["command_centre", "street_officer", "department_officer", "community_officer"]);

function home(roles) {
  const small = window.matchMedia("(max-width: 820px)").matches;
  if (roles.length && roles.every((role) => ON_FOOT.has(role)) && (small || !roles.some((role) => AT_CASES.has(role)))) return "/field";
  if (roles.some((role) => AT_CASES.has(role))) return "/command";
  return roles.length && roles.every((role) => role === "administrator") ? "/desk" : "/";
}

async function go() {
  if (page.next !== "/") return location.replace(page.next);
  const answer = await fetch("/api/v1/me", { credentials: "same-origin" });
  const me = answer.ok ? await answer.json() : { grants: [] };
  location.replace(home(me.grants.map((grant) => grant.role)));
}

function submitting(form, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    said.hidden = true;
    try {
      await act();
    } catch {
      say(WORDS.down);
    } finally {
      button.ariaBusy = "false";
    }
  });
}

submitting(first, async () => {
  const answer = await send("/api/v1/login", { login: first.login.value, password: first.password.value });
  if (!answer.ok) {
    say(await fault(answer));
    first.password.select();
    return;
  }
  const entered = await answer.json();
  csrf = entered.csrf;
  if (!entered.must_change) return await go();
  change.username.value = entered.login;
  change.old.value = first.password.value;
  first.hidden = true;
  change.hidden = false;
  change.new.focus();
});

submitting(change, async () => {
  if (change.new.value !== change.again.value) return say(WORDS.differ);
  const answer = await send("/api/v1/password", { old: change.old.value, new: change.new.value });
  if (answer.ok) return await go();
  say(await fault(answer));
});

if ("fromAfar" in page) {
  fetch("/api/v1/me", { credentials: "same-origin" }).then((answer) => answer.ok ? answer.json() : null).then((me) => {
    if (me && !me.must_change) go();
  });
}

early.ready = true;
early.form?.requestSubmit();
