/** What can be told of a password and of a token before the server is asked. */
import { Problem } from "../../shared/api";
import type { Values } from "../../shared/ui/forms";

/** The server's least length (gridgov.access.logins). */
export const SHORTEST = 10;

/** Why a new password will not do, as the server would say it; null where it may. */
export function refusal(values: Values, login: string): Problem | null {
  const [old, wanted, again] = [values["old"], values["new"], values["again"]].map(String);
  const no = (field: string, message: string): Problem =>
    new Problem(422, "invalid-input", message, [], [{ field, message }]);
  if (wanted !== again) return no("again", "The two differ. 两次输入不一样。");
  if (wanted === old) return no("new", "This is the present password. 新旧密码相同。");
  if (login && wanted?.toLowerCase().includes(login.toLowerCase()))
    return no("new", "It holds your login. 密码里含有用户名。");
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
