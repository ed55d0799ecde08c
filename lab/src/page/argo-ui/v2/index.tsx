// The second generation of the library: keys, filters' controls, and a hook that loads.
import * as React from 'react';

import { inUnits } from '../src/components/duration';
import { Suggestions, chosen, normalized } from '../src/components/autocomplete/autocomplete';
import { Tooltip } from '../src/components/tooltip/tooltip';

require('./styles/controls.scss');

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map(letter => [letter, letter.charCodeAt(0)]);
const numbers = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE'];
const from = first => Object.fromEntries(numbers.map((name, i) => [name, first + i]));

/** Keys by their codes. */
export const Key = {
  TAB: 9, ENTER: 13, SHIFT: 16, ESCAPE: 27,
  LEFT: 37, UP: 38, RIGHT: 39, DOWN: 40,
  SLASH: 191, QUESTION: 191,
  ...Object.fromEntries(letters)
};
export const NumKey = from(48);
export const NumPadKey = from(96);
export const NumKeyToNumber = code =>
  [48, 96].map(first => code - first).find(number => number >= 0 && number <= 9) ?? -1;

/** A position below a bound: [position, move by, forget]. */
export const useNav = (bound: number, first = -1) => {
  const [position, setPosition] = React.useState(first);
  const move = (by: number) => {
    const next = position + by;
    const inside = next >= 0 && next < bound;
    if (inside) {
      setPosition(next);
    }
    return inside;
  };
  return [position, move, () => setPosition(-1)];
};

export const KeybindingContext = React.createContext({ registerKeybinding: binding => undefined });

/** Whether the key was pressed where it counts: in a target, or nowhere in particular. */
const isFor = (binding, element) => {
  const targets = [binding.target].flat().map(target => target?.current);
  return targets.some(target => (target ? target === element : element === document.body));
};
export const KeybindingProvider = ({ children }) => {
  const bindings = React.useRef(new Map());
  React.useEffect(() => {
    const pressed = event => {
      const binding = bindings.current.get(event.keyCode);
      if (binding && isFor(binding, event.target) && binding.action(event.keyCode)) {
        event.preventDefault();
      }
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  const value = React.useMemo(
    () => ({
      registerKeybinding: binding =>
        [binding.keys].flat().forEach(key => bindings.current.set(key, binding))
    }),
    []
  );
  return <KeybindingContext.Provider value={value as any}>{children}</KeybindingContext.Provider>;
};

/** What a function loads: [data, loading, {state: error, retry}]. */
export const useData = (load, initial?, loaded?, dependencies = []) => {
  const [state, setState] = React.useState({ data: initial, loading: true, error: false });
  const [attempt, setAttempt] = React.useState(0);
  React.useEffect(() => {
    let wanted = true;
    setState(former => ({ ...former, loading: true }));
    load().then(
      data => {
        if (wanted) {
          setState({ data, loading: false, error: false });
          loaded?.(data);
        }
      },
      error => wanted && setState(former => ({ ...former, error }))
    );
    return () => {
      wanted = false;
    };
  }, [...(dependencies || []), attempt]);
  return [state.data, state.loading, { state: state.error, retry: () => setAttempt(attempt + 1) }];
};

export const ago = (date: Date) => {
  const seconds = (Date.now() - date.getTime()) / 1000;
  const text = inUnits(seconds, 1);
  return seconds < 0 ? `in ${text}` : `${text} ago`;
};

export { Tooltip };

export const Checkbox = ({ value, onChange, style }: any) => (
  <div
    className={`checkbox ${value ? 'checkbox--selected' : ''}`}
    style={style}
    onClick={event => {
      event.stopPropagation();
      onChange?.(!value);
    }}>
    <i className="fa fa-check" />
  </div>
);

export const ActionButton = ({ action, label, icon, disabled, style, tooltip }: any) => {
  const button = (
    <div
      className={`action-button ${disabled ? 'action-button--disabled' : ''}`}
      style={style}
      onClick={event => !disabled && action?.(event)}>
      {icon && <i className={`fa ${icon}`} />} {label}
    </div>
  );
  return tooltip ? <Tooltip content={tooltip}>{button}</Tooltip> : button;
};

export const Autocomplete = (props: any) => {
  const { items, style, inputStyle, onItemClick, onChange, className, placeholder, value } = props;
  const list = React.useId();
  const suggestions = normalized(items);
  const take = item => onItemClick?.(item);
  return (
    <div className="autocomplete" style={style}>
      <input
        className={`argo-field ${className || ''}`}
        list={list}
        placeholder={placeholder}
        style={inputStyle}
        value={value ?? ''}
        onKeyDown={event => event.key === 'Enter' && take(value)}
        onChange={event => {
          const item = chosen(event, suggestions);
          onChange?.(event);
          if (item) {
            take(item.value);
          }
        }}
      />
      <Suggestions id={list} items={suggestions} />
    </div>
  );
};
