/** What the phone carries: the pack of its holder's place and the day's work, as the API gives them. */
import type { Feature, FeatureCollection, LineString, MultiPolygon, Polygon } from "geojson";
import type { Look } from "../shared/map";
import type { Words } from "../shared/words";

export type Outline = Polygon | MultiPolygon;
export type Area = Feature<Outline, { code: string; name: string }>;
export type Cell = Feature<Outline, { code: string; name: string; street_code: string; community_code: string }>;
export type Building = Feature<Outline, { id: string; name: string | null; kind: string | null }>;

export interface Matter {
  code: string;
  name: string;
  category: string;
  subcategory: string;
  priority: number;
  admitted: boolean;
  whistle_kind: string | null;
  handle_within_minutes: number;
  lead: string;
  cooperating: string[];
  initials: string;
  pinyin: string;
}

export interface CarriedLook {
  name: string;
  title: Words;
  order: number;
  zoom: [number, number];
  label: string | null;
  look: Look;
}

type Of<F> = { type: "FeatureCollection"; features: F[] };

export interface Pack {
  version: string;
  bounds: [number, number, number, number];
  cells: Of<Cell>;
  communities: Of<Area>;
  streets: Of<Area>;
  districts: Of<Area>;
  roads: FeatureCollection<LineString>;
  water: FeatureCollection<Outline>;
  green: FeatureCollection<Outline>;
  buildings: Of<Building>;
  organisations: { code: string; name: string; area_code: string }[];
  matters: { version: number; items: Matter[] };
  combined_threshold: number;
  whistle_kinds: { code: string; name_zh: string; name_en: string; min_share: number }[];
  look: Record<string, CarriedLook>;
}

export interface Task {
  incident_id: string;
  number: string;
  revision: number;
  matter: string | null;
  matter_code: string;
  text: string | null;
  stage: string;
  due_kind: string | null;
  deadline_at: string | null;
  cell_code: string | null;
  lon: number | null;
  lat: number | null;
  address: string | null;
  acts: string[];
}

export interface Reported {
  incident_id: string;
  number: string;
  reported_at: string;
  matter: string | null;
  text: string;
  stage: string;
  stage_since: string | null;
  cell_code: string | null;
  merged_into: string | null;
  outcome_zh: string;
  outcome_en: string;
  said: string | null;
}

export interface Summons {
  organisation_code: string;
  organisation: string;
  leads: boolean;
  mine: boolean;
  stage: string;
  due_kind: string | null;
  due_at: string | null;
  arrived: boolean;
  arrived_at: string | null;
  measured_at: string | null;
  released_at: string | null;
}

export interface Called {
  whistle_id: string;
  incident_id: string;
  number: string;
  revision: number;
  kind: string;
  kind_zh: string;
  kind_en: string;
  stage: string;
  combined: boolean;
  blown_at: string | null;
  summons: Summons[];
  site: {
    lon: number;
    lat: number;
    radius_m: number;
    accuracy_limit_m: number;
    geometry: GeoJSON.Geometry | null;
  } | null;
}

export interface Shift {
  id: string;
  started_at: string;
  due_at: string | null;
  ended_at: string | null;
}

export interface Duty {
  code: string;
  is_cell: boolean;
  name: string;
  role: string;
  role_zh: string;
  role_en: string;
}

export interface Checklist {
  code: string;
  version: number;
  name_zh: string;
  name_en: string;
  items: { code: string; zh: string; en: string; matter: string | null }[];
}

export interface DueWalk {
  checklist_code: string;
  checklist_version: number;
  cell_code: string;
  last_at: string | null;
  due_at: string;
}

export interface Today {
  at: string;
  /** So far this phone's clock was ahead of the server's when the day was told; the phone's own note. */
  ahead_ms?: number;
  person: { id: string; name: string } | null;
  shift: Shift | null;
  duties: Duty[];
  tasks: Task[];
  reports: Reported[];
  whistles: Called[];
  /** A server of before knows no patrols. */
  patrols?: { checklists: Checklist[]; due: DueWalk[] };
}

/** Who works with this phone, so far as must be known without signal. */
export interface Holder {
  account_id: string;
  login: string;
  name: string;
  permissions: string[];
}
