/** A combined whistle's footprint, drawn large: each side's part in its colour and its hatching, with its share. */
import { say } from "../shared/words";
import { apart, planOf, scaleBar, type Shape } from "./footprint";
import type { Whistle } from "./state";

const [WIDTH, HEIGHT] = [480, 300];
/** A street's name of seven signs over its share, as `story.css` writes them. */
const LABEL = { wide: 110, tall: 42 };

/** Okabe and Ito, as the catalogue's sides: the lead first. */
export const SIDES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7"];
export const sideColour = (rank: number): string => SIDES[Math.min(rank, SIDES.length - 1)] ?? "#0072b2";

interface Part {
  street_code: string;
  geometry: Shape;
}

/** The parts as the server cuts them; where it tells none, the footprint whole. */
function partsOf(whistle: Whistle): Part[] {
  return whistle.sides.flatMap(({ street_code, part }) => (part ? [{ street_code, geometry: part }] : []));
}

export function Footprint({ whistle }: { whistle: Whistle }) {
  const parts = partsOf(whistle);
  const rank = (code: string): number => whistle.sides.findIndex((side) => side.street_code === code);
  const whole = whistle.geometry as Shape;
  const plan = planOf([whole, ...parts.map((part) => part.geometry)], WIDTH, HEIGHT);
  if (!plan) return null;
  const [outline, ...flats] = plan.parts;
  const labels = apart(
    flats.map(({ at }) => at),
    LABEL,
    HEIGHT,
  );
  const bar = scaleBar(plan.metres, 120);
  const told = whistle.sides
    .map((side) => `${side.street_name ?? side.street_code} ${(side.share * 100).toFixed(1)}%`)
    .join(say("，", ", "));
  return (
    <figure class="c-footprint">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={say(`占地与各方份额：${told}`, `Footprint and shares: ${told}`)}
      >
        <defs>
          {SIDES.map((colour, at) => (
            <pattern
              key={colour}
              id={`side-${at}`}
              width="9"
              height="9"
              patternUnits="userSpaceOnUse"
              patternTransform={`rotate(${at * 45})`}
            >
              <rect width="9" height="9" fill={colour} />
              {at > 0 && <path d="M0 0V9" stroke="#16212b" stroke-width={1 + at * 0.6} opacity="0.55" />}
            </pattern>
          ))}
        </defs>
        {flats.length === 0 && outline && <path d={outline.path} class="whole" />}
        {flats.map((flat, at) => {
          const place = rank(parts[at]?.street_code ?? "");
          return (
            <path
              key={parts[at]?.street_code}
              d={flat.path}
              fill={`url(#side-${Math.min(Math.max(place, 0), 3)})`}
              class="part"
            />
          );
        })}
        {labels.map(([x, y], at) => {
          const side = whistle.sides.find((one) => one.street_code === parts[at]?.street_code);
          if (!side) return null;
          return (
            <text key={side.street_code} x={x} y={y}>
              {side.street_name ?? side.street_code}
              <tspan x={x} dy="1.2em">
                {(side.share * 100).toFixed(1)}%
              </tspan>
            </text>
          );
        })}
        <g class="bar" transform={`translate(${WIDTH - 20 - bar.units} ${HEIGHT - 16})`}>
          <path d={`M0 -5V0H${bar.units}V-5`} />
          <text x={bar.units / 2} y="-6">
            {say(`${bar.metres} 米`, `${bar.metres} m`)}
          </text>
        </g>
      </svg>
      {whistle.sides.length > 1 && (
        <div class="c-share" aria-hidden="true">
          {whistle.sides.map((side, at) => (
            <span key={side.street_code} style={{ flexGrow: side.share, background: sideColour(at) }} />
          ))}
        </div>
      )}
    </figure>
  );
}
