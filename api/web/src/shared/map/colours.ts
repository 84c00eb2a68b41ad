/** Colours by day, and the same by night: light turned dark and dark turned light, less glaring, never unseen. */

export type Ground = "day" | "night";

export const GROUNDS: Record<Ground, { ground: string; ink: string; halo: string; soft: string }> = {
  day: { ground: "#eef0ec", ink: "#16212b", halo: "#ffffff", soft: "#4a5863" },
  night: { ground: "#0f181f", ink: "#e9eff3", halo: "#0f181f", soft: "#b4c0c9" },
};

const DARKEST = 0.15;
const LIGHTEST = 0.9;

/** Returns a colour for the night: its lightness turned round, its saturation held back. */
export function atNight(colour: string): string {
  const [hue, saturation, lightness] = hsl(colour);
  const turned = DARKEST + (LIGHTEST - DARKEST) * (1 - lightness) ** 1.3;
  return hex(hue, saturation * 0.6, turned);
}

function hsl(colour: string): [number, number, number] {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255) as [
    number,
    number,
    number,
  ];
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  const lightness = (most + least) / 2;
  const reach = most - least;
  if (reach === 0) return [0, 0, lightness];
  const saturation = reach / (1 - Math.abs(2 * lightness - 1));
  const turn =
    most === red ? (green - blue) / reach : most === green ? (blue - red) / reach + 2 : (red - green) / reach + 4;
  return [(turn * 60 + 360) % 360, saturation, lightness];
}

function hex(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const part = (offset: number): string => {
    const at = (offset + hue / 30) % 12;
    const value = lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}

/** The contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio). */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
