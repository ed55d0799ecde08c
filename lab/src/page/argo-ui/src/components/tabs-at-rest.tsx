import { Tabs as Restless } from './tabs/tabs';

/** Draws itself again only when something changed; 1.0.0 does without an end. */
export class Tabs extends Restless {
  shouldComponentUpdate(props, state) {
    return props !== this.props || JSON.stringify(state) !== JSON.stringify(this.state);
  }
}
