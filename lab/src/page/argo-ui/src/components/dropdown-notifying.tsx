import { DropDown as Quiet } from './dropdown/dropdown';

/** Tells when it opens and closes. */
export class DropDown extends Quiet {
  componentDidUpdate(_, former) {
    if (former.opened !== this.state.opened) {
      (this.props as any).onOpenStateChange?.(this.state.opened);
    }
  }
}
