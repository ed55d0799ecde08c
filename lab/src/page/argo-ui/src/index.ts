// What Argo CD's page takes from this library: that of 1.0.0, and what came later.
import { DataLoader } from './components/data-loader';
import { AppContextReact } from './context';
import * as models from './models';
import * as ReactForm from './components/form/compat';

DataLoader.contextType = AppContextReact; // 1.0.0 has it by a way that React 19 took away

export * from './components';
export { DropDown } from './components/dropdown-notifying';
export { Tabs } from './components/tabs-at-rest';
export { Form, Text, TextArea, NestedForm, FormField as FormFieldHOC } from './components/form/compat';
export { AppContextReact, models, ReactForm };
