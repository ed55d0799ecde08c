// The browser's own list of suggestions, in place of a list drawn by a library.
import classNames from 'classnames';
import * as React from 'react';

export const Suggestions = ({ id, items }) => (
  <datalist id={id}>
    {items.map(item => (
      <option key={item.value} value={item.value} label={item.label} />
    ))}
  </datalist>
);
export const normalized = items =>
  (items || []).map(item => (typeof item === 'string' ? { value: item, label: item } : item));
/** The item that was chosen from the list; null while somebody types. */
export const chosen = (event, items) =>
  ['insertReplacementText', undefined].includes(event.nativeEvent?.inputType)
    ? (items.find(item => item.value === event.target.value) ?? null)
    : null;

export const Autocomplete = (props: any) => {
  const list = React.useId();
  const items = normalized(props.items);
  React.useEffect(() => props.autoCompleteRef?.({ refresh: () => undefined }), []);
  const inputProps = {
    ...props.inputProps,
    value: props.value ?? '',
    list,
    onChange: event => {
      const item = chosen(event, items);
      props.onChange?.(event, event.target.value);
      if (item) {
        props.onSelect?.(item.value, item);
      }
    }
  };
  const wrapper = props.wrapperProps || {};
  return (
    <div {...wrapper} className={classNames('select', wrapper.className)}>
      {props.renderInput ? props.renderInput(inputProps) : <input {...inputProps} />}
      <Suggestions id={list} items={items} />
    </div>
  );
};
