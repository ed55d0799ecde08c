import * as React from 'react';

export const AppContextReact = React.createContext(undefined);
