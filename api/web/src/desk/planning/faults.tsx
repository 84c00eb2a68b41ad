/** What keeps a draft from being a partition, fault by fault; the kinds are those of `gridgov/grid/faults.py`. */
import { Note } from "../../shared/ui/basics";
import { Table } from "../../shared/ui/table";
import { say, type Words } from "../../shared/words";
import { named } from "../words";
import type { Fault } from "./drafts_known";

const w = (zh: string, en: string): Words => ({ zh, en });

const KINDS: Record<string, Words> = {
  "code-bad": w("编码有误", "Bad code"),
  "code-duplicate": w("编码重复", "Code used twice"),
  "parent-unknown": w("社区不存在", "Unknown community"),
  "geometry-empty": w("没有画出边界", "Cell without geometry"),
  "geometry-kind": w("不是面", "No polygon"),
  "geometry-invalid": w("边界自相交", "Border crosses itself"),
  "vertices-many": w("顶点过多", "Too many vertices"),
  "continues-unknown": w("沿用的网格编码不存在", "Continues a cell that does not exist"),
  "households-bad": w("户数有误", "Bad number of households"),
  "name-bad": w("名称有误", "Bad name"),
  "kind-unknown": w("网格类型不明", "Unknown kind of cell"),
  "multi-part": w("网格分成几块", "Cell in several parts"),
  "cell-sliver": w("网格过窄", "Cell too thin to stand in"),
  overlap: w("重叠", "Overlap"),
  "overlap-sliver": w("细缝状重叠", "Sliver of overlap"),
  gap: w("空隙", "Gap"),
  "gap-sliver": w("细缝", "Sliver of a gap"),
  "edge-unmatched": w("相邻边界顶点不一致", "Border with unmatched vertices"),
  "outside-community": w("超出所属社区", "Reaches out of its community"),
  "outside-street": w("超出所属街道", "Reaches out of its street"),
  "outside-district": w("超出本区", "Reaches out of the district"),
};

export function Faults({ faults }: { faults: readonly Fault[] }) {
  return (
    <>
      <Note tone="alert">
        {say(
          `有 ${faults.length} 处错误：草案还不是完整无缝的划分，不能提请。请下载文件，在 QGIS 中改正（faults 图层标出了位置），再上传。`,
          `${faults.length} faults: it is no partition yet and cannot be proposed. Download the file, mend it in QGIS (its layer “faults” shows where) and upload it.`,
        )}
      </Note>
      <Table
        caption={say("错误", "Faults")}
        rows={faults.map((fault, place) => ({ ...fault, place }))}
        id={(row) => String(row.place)}
        size={20}
        columns={[
          {
            name: "message",
            label: say("问题", "What is wrong"),
            show: (row) => named(KINDS, row.kind),
            sort: (row) => row.kind,
          },
          { name: "cells", label: say("网格", "Cells"), show: (row) => row.cells.join(" "), kind: "code" },
          {
            name: "area",
            label: say("面积（平方米）", "Area (m²)"),
            show: (row) => Math.round(row.area_m2).toLocaleString(),
            sort: (row) => row.area_m2,
            kind: "number",
          },
          {
            name: "where",
            label: say("位置", "Where"),
            show: ({ lon, lat }) => (lon === null || lat === null ? "–" : `${lon.toFixed(5)}, ${lat.toFixed(5)}`),
          },
        ]}
      />
    </>
  );
}
