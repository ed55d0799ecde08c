import * as React from 'react';

import { FormField } from '../form/compat';
import { Autocomplete } from './autocomplete';

export const AutocompleteField = FormField(
  ({ fieldApi, field, formApi, className, qeid, id, 'qe-id': test, ...rest }: any) => (
    <Autocomplete
      {...rest}
      wrapperProps={{ className }}
      inputProps={{ className, id, 'qe-id': qeid ?? test, onBlur: () => fieldApi.setTouched(true) }}
      value={fieldApi.getValue()}
      onChange={event => fieldApi.setValue(event.target.value)}
      onSelect={(_, item) => {
        fieldApi.setValue(item.value);
        rest.onSelect?.(item.value, item);
      }}
    />
  )
);
