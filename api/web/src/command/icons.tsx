/** Small drawings: not every machine's fonts have the signs. */

interface Props {
  path: string;
}

function Icon({ path }: Props) {
  return (
    <svg class="c-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

const BELL = "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4";

export const BellIcon = () => <Icon path={BELL} />;
export const SilentIcon = () => <Icon path={`${BELL}M3 3l18 18`} />;
export const LinkIcon = () => (
  <Icon path="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1" />
);
export const LayersIcon = () => <Icon path="M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5" />;
export const SunIcon = () => (
  <Icon path="M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2" />
);
export const MoonIcon = () => <Icon path="M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z" />;
export const AutoIcon = () => <Icon path="M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16M15 8h3M16 12h4M15 16h3" />;
export const PastIcon = () => <Icon path="M4 12a8 8 0 1 0 3-6L4 8M4 4v4h4M12 8v5l3 2" />;
export const PrintIcon = () => <Icon path="M7 9V3h10v6M7 17H4v-6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v6h-3M7 14h10v7H7z" />;
