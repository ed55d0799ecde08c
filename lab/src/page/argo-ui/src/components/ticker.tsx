import * as React from 'react';

/** Draws its children with the time, again and again. */
export const Ticker = ({ intervalMs = 1000, disabled, children }: any) => {
  const [time, setTime] = React.useState(new Date());
  React.useEffect(() => {
    if (disabled) {
      return undefined;
    }
    const timer = setInterval(() => setTime(new Date()), intervalMs);
    return () => clearInterval(timer);
  }, [disabled, intervalMs]);
  return children?.(time) ?? null;
};
