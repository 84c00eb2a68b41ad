/** Small signs, drawn here: nothing is fetched for them. */
const SIGNS = {
  report: "M12 4v16M4 12h16",
  tasks: "M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11",
  whistles: "M3 12a5 5 0 1 0 10 0V9h8V6h-9a6 6 0 0 0-9 6M16 3l1-2M20 4l2-1",
  grid: "M4 4h16v16H4zM4 10h16M10 4v16M15 10v10",
  mine: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c1-5 4-6 8-6s7 1 8 6",
  camera: "M3 7h4l2-3h6l2 3h4v13H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
  pin: "M12 22c5-6 7-9 7-12a7 7 0 1 0-14 0c0 3 2 6 7 12M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  send: "M3 11 21 3l-6 18-4-7zM11 14l10-11",
  here: "M12 2v4M12 18v4M2 12h4M18 12h4M12 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12",
} as const;

export type Sign = keyof typeof SIGNS;

export function Icon({ sign }: { sign: Sign }) {
  return (
    <svg class="f-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SIGNS[sign]} />
    </svg>
  );
}
