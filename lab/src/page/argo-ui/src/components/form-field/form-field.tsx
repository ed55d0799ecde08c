import classNames from 'classnames';
import * as React from 'react';
import { get } from 'lodash-es';

import { FormField as connected } from '../form/compat';
import { Select } from '../select/select';

require('./form-field.scss');

export const getNestedField = get;

/** A field with its label and its error. */
export const FormField = ({ component: Input, componentProps, field, formApi, label, qeId }: any) => {
  const id = React.useId();
  const error = get(formApi.touched, field) && formApi.errors[field];
  const filled = !!get(formApi.values, field);
  return (
    <div>
      <div className="argo-field-container">
        <Input
          {...componentProps}
          id={id}
          qe-id={qeId}
          field={field}
          formApi={formApi}
          className={classNames('argo-field', { 'argo-has-value': filled })}
        />
        {label && (
          <label htmlFor={id} className="argo-label-placeholder">
            {label}
          </label>
        )}
      </div>
      {error && <div className="argo-form-row__error-msg">{error}</div>}
    </div>
  );
};

export const FormSelect = connected(({ fieldApi, field, formApi, ...rest }: any) => (
  <Select
    {...rest}
    value={fieldApi.getValue()}
    onChange={option => {
      fieldApi.setTouched(true);
      fieldApi.setValue(option.value);
    }}
  />
));
