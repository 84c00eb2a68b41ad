/** What can be told of a password and of a token before the server is asked. */
import { Refusal, type Values } from "../../shared/ui/forms";

/** The server's least length (gridgov.access.logins). */
export const SHORTEST = 10;

/** Why a new password will not do, by what the server would refuse as well; null where it may. */
export function refusal(values: Values, login: string): Refusal | null {
  const [old, wanted, again] = [values["old"], values["new"], values["again"]].map(String);
  if (wanted !== again) return new Refusal("again", { zh: "两次输入不一样。", en: "The two differ." });
  if (wanted === old)
    return new Refusal("new", { zh: "新旧密码相同：请换一个。", en: "This is the present password." });
  if (login && wanted?.toLowerCase().includes(login.toLowerCase()))
    return new Refusal("new", { zh: "密码里含有用户名：请换一个。", en: "It holds your login." });
  return null;
}

/** How a program uses a token: the header, and what to type for GDAL and curl. */
export function usage(origin: string, secret: string): { header: string; gdal: string; curl: string } {
  const header = `Authorization: Bearer ${secret}`;
  const cells = `${origin}/api/v1/cells`;
  return {
    header,
    gdal: `GDAL_HTTP_HEADERS="${header}" ogr2ogr cells.gpkg "${cells}"`,
    curl: `curl -H "${header}" "${cells}"`,
  };
}
