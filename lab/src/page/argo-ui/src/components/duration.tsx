import * as React from 'react';

const UNITS = { d: 86400, h: 3600, m: 60, s: 1 };

/** The largest units of a number of seconds: 3725, 2 is 1h2m. */
export const inUnits = (seconds: number, count: number) => {
  let rest = Math.abs(Math.round(seconds));
  const parts = Object.entries(UNITS).map(([unit, length]) => {
    const number = Math.floor(rest / length);
    rest %= length;
    return number > 0 ? `${number}${unit}` : '';
  });
  return parts.filter(Boolean).slice(0, count).join('') || '0s';
};

export const Duration = ({ durationS }) => <span>{inUnits(durationS, 2)}</span>;
