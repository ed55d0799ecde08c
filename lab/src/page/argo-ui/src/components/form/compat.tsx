// Forms as the page uses them: a form has values, errors and touched fields, all addressed by a
// path (`spec.sources[0].path` or a list of such), and gives its fields an API of their own.
import * as React from 'react';
import { get, setWith, clone, toPath } from 'lodash-es';

const keys = path => [path].flat().flatMap(part => toPath(part));
const read = (values, path) => get(values, keys(path));
// Copies only what is above the changed value, so that whoever compares by identity sees it.
const written = (values, path, value) => setWith(clone(values), keys(path), value, clone);

const FormContext = React.createContext(null);

export class Form extends React.Component<any, any> {
  state = { values: this.props.defaultValues || {}, touched: {}, errors: {} };
  // Handlers read what they have just written, before React has shown it.
  now = this.state;
  api = this.makeApi();

  makeApi() {
    const form = this;
    return {
      get values() {
        return form.now.values;
      },
      set values(values) {
        form.change({ values });
      },
      get touched() {
        return form.now.touched;
      },
      set touched(touched) {
        form.change({ touched });
      },
      get errors() {
        return form.now.errors;
      },
      set errors(errors) {
        form.change({ errors });
      },
      getFormState: () => form.now,
      setFormState: state => form.change(state),
      setAllValues: values => form.change({ values }),
      setValue: (field, value) => form.setValue(field, value),
      setTouched: (field, touched) =>
        form.change({ touched: written(form.now.touched, field, touched) }),
      setError: (field, error) => form.change({ errors: written(form.now.errors, field, error) }),
      resetAll: () =>
        form.change({ values: form.props.defaultValues || {}, touched: {}, errors: {} }),
      submitForm: event => form.submit(event)
    };
  }

  change(part) {
    this.now = { ...this.now, ...part };
    if (part.values) {
      this.now = { ...this.now, errors: this.validate() };
    }
    this.setState(this.now);
  }
  setValue(field, value) {
    this.change({
      values: written(this.now.values, field, value),
      touched: written(this.now.touched, field, true)
    });
  }
  validate() {
    const { validateError } = this.props;
    return validateError ? validateError(this.now.values) || {} : this.now.errors;
  }

  submit(event) {
    event?.preventDefault?.();
    const errors = this.props.validateError?.(this.now.values) || {};
    const touched = Object.keys(errors).reduce(
      (all, field) => written(all, field, true),
      this.now.touched
    );
    this.change({ errors, touched });
    if (Object.values(errors).some(Boolean)) {
      this.props.onSubmitFailure?.(errors);
      return;
    }
    const { values } = this.now;
    this.props.onSubmit?.(this.props.preSubmit?.(values) ?? values, event, this.api);
  }

  componentDidMount() {
    this.props.getApi?.(this.api);
    this.change({ errors: this.validate() });
  }
  componentDidUpdate(_, former) {
    if (former !== this.state) {
      this.props.formDidUpdate?.(this.state);
    }
  }
  render() {
    // A copy for each drawing: a field that is memoized by its API is drawn again, too.
    return (
      <FormContext.Provider value={this.api}>
        {this.props.children({ ...this.api, ...this.now })}
      </FormContext.Provider>
    );
  }
}

/** Gives a component the API of the field that its property `field` names. */
export const FormField = Component =>
  function Field(props) {
    const nearest = React.useContext(FormContext);
    const form = props.formApi || nearest;
    const fieldApi = {
      getValue: () => read(form.values, props.field),
      setValue: value => form.setValue(props.field, value),
      setTouched: touched => form.setTouched(props.field, touched)
    };
    return <Component {...props} fieldApi={fieldApi} />;
  };

/** A field of HTML: which property shows the value, and what of an element is the new one. */
const htmlField = (Element, shown, valueOf, fixed = {}) =>
  FormField(({ fieldApi, field, formApi, onChange, onBlur, ...rest }: any) => (
    <Element
      {...rest}
      {...fixed}
      {...{ [shown]: shown === 'checked' ? !!fieldApi.getValue() : (fieldApi.getValue() ?? '') }}
      onChange={event => {
        fieldApi.setValue(valueOf(event.currentTarget));
        onChange?.(event);
      }}
      onBlur={event => {
        fieldApi.setTouched(true);
        onBlur?.(event);
      }}
    />
  ));

export const Text = htmlField('input', 'value', element => element.value);
export const TextArea = htmlField('textarea', 'value', element => element.value);
export const Checkbox = htmlField('input', 'checked', element => element.checked, {
  type: 'checkbox'
});
export const NestedForm = ({ children }) => <>{children}</>;
