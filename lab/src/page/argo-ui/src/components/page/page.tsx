import classNames from 'classnames';
import * as React from 'react';

import { TopBar } from '../top-bar/top-bar';
import { Utils } from '../utils';

require('./page.scss');

export const PageContext = React.createContext({ title: 'Argo' });

/** The newest toolbar of one that may be an observable. */
const useToolbar = source => {
  const [toolbar, setToolbar] = React.useState(undefined);
  React.useEffect(() => {
    if (!source) {
      return undefined;
    }
    const subscription = Utils.toObservable(source).subscribe(setToolbar as any);
    return () => subscription.unsubscribe();
  }, [source]);
  return source && (toolbar as any);
};

export const Page = ({ title, topBarTitle, useTitleOnly, toolbar: source, children }: any) => {
  const toolbar = useToolbar(source);
  const site = React.useContext(PageContext).title;
  const crumbs = (!useTitleOnly && toolbar?.breadcrumbs) || [];
  const own = crumbs.map(crumb => crumb.title).reverse().join(' / ') || title;
  React.useEffect(() => {
    document.title = [own, site].filter(Boolean).join(' - ');
  }, [own, site]);
  return (
    <div className={classNames('page', { 'page--has-toolbar': !!source })}>
      {toolbar && (
        <div className="page__top-bar">
          <TopBar title={topBarTitle ?? title} toolbar={toolbar} />
        </div>
      )}
      <div className="page__content-wrapper">{children}</div>
    </div>
  );
};
