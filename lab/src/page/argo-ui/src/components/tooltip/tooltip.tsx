import Tippy from '@tippy.js/react';
import * as React from 'react';
import 'tippy.js/dist/tippy.css';
import 'tippy.js/themes/light.css';

export const Tooltip = (props: any) => (
  <Tippy animation="fade" theme="light" interactive={true} appendTo={document.body} {...props} />
);
