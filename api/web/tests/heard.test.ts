import { expect, test, vi } from "vitest";
import { bookOf, heard, inChinese, learnCodes } from "../src/shared/heard";
import { codes, sentences } from "../src/shared/sentences";

const book = bookOf(sentences, codes);
const chinese = (said: string) => inChinese(book, said);

test("what the server says is told in Chinese by its form, with its parts", () => {
  expect(chinese("The login wang is taken: choose another.")).toBe("用户名 wang 已被使用：请换一个。");
  expect(chinese("城管局 still holds 3 open cases; 2 people in service: hand these over first, then close it.")).toBe(
    "城管局 名下还有：3 件未结案卷；2 名在岗人员。请先移交，再撤销。",
  );
  expect(
    chinese(
      "The password holds the login: choose another password, for instance several words that do not belong together.",
    ),
  ).toContain("密码里含有用户名");
  expect(chinese("Nobody ever wrote this.")).toBeNull();
});

test("an arrival that is refused says why, each reason in Chinese, and how far it is", () => {
  const why =
    "the position is too far from the place: check in when you are there; " +
    "the device's clock is ahead of ours: set it, and check in again";
  expect(
    chinese(`The check-in was refused and written down: ${why}. You are 1,250 m away; 200 m count as there.`),
  ).toBe(
    "报到没有通过，已记录：离现场太远，请到现场再报到；手机时间超前，请校准后再报到。您离现场 1,250 米，200 米以内才算到场。",
  );
  expect(chinese("You may not leave before you are released. Needed by: 370102001. This was written down.")).toBe(
    "未放行不得离场，这次已记录：请等 370102001 放行。",
  );
});

test("codes are told by the list that they are of: a case that is closed is not a whistle that is", () => {
  expect(chinese("The case 2026-1 is closed: nobody can feed_back it now. What can be done: reopen, note.")).toBe(
    "案卷 2026-1 已结案，现在不能反馈；现在可以：重新打开、备注。",
  );
  expect(chinese("The whistle is closed; release is not possible then: there is nothing you can do with it now.")).toBe(
    "这次吹哨已销哨，现在不能放行；现在没有可办的。",
  );
  expect(chinese("The summons is on_site; rate is not possible then: what you can do now: release, leave.")).toBe(
    "这次召集已到场，现在不能一事一考；现在可以：放行、离场。",
  );
  expect(chinese("The case 2026-1 is melted: nobody can file it now. What can be done: note.")).toContain("melted");
});

test("codes that a district makes by itself are told by what it calls them", async () => {
  const said = "A whistle of kind night_noise is blown by street: ask them, or choose another kind.";
  await vi.waitFor(() => expect(heard(said)).toContain("night_noise由街道"));
  learnCodes("whistle_kind", { night_noise: "夜间噪声哨" });
  expect(heard(said)).toBe("夜间噪声哨由街道来吹：请联系他们，或换一种哨。");
  learnCodes("whistle_kind", {});
});

test("a part that may be missing leaves nothing behind, and one that follows is told too", () => {
  const merged = "The case 2026-1 is merged, and nothing can be merged into it.";
  expect(chinese(merged)).toBe("案卷 2026-1 已并案，不能再并入。");
  expect(chinese(`${merged} Merge into 2026-2 instead.`)).toBe("案卷 2026-1 已并案，不能再并入。请并入 2026-2。");
});

test("what a fault is about stays beside it, before it or behind it", () => {
  expect(
    chinese("The position is off the map: degrees reach from -180 to 180 and from -90 to 90. (200, 95, datum wgs84)"),
  ).toBe("位置超出地图：经度在 -180 到 180、纬度在 -90 到 90 之间，请改正。（200, 95, datum wgs84）");
  expect(chinese("position: Value error, give either lon and lat, or a geometry")).toBe(
    "position：请填经度和纬度，或画出图形",
  );
});
