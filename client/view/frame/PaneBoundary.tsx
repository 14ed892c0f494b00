import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { notify, uiStore } from '../../state/ui.ts';
import './paneBoundary.css';

interface Props {
  /** What failed, for the sentence: `The hex view`. */
  readonly name: string;
  /** A change of it tries again by itself. */
  readonly resetKey: string;
  /** It is a bar: all is said in one line. */
  readonly bar?: boolean;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | null;
  readonly resetKey: string;
}

interface LayerProps {
  readonly resetKey: string;
  readonly children: ReactNode;
}

/** A layer that cannot be shown (its code did not come) is said in a notice and closed; the window stays. */
export class LayerBoundary extends Component<LayerProps, State> {
  override state: State = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: LayerProps, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }

  override componentDidCatch(error: unknown): void {
    notify('error', `This could not be shown: ${error instanceof Error ? error.message : String(error)}`);
    uiStore.setState({ help: false, rowMenu: null });
  }

  override render(): ReactNode {
    return this.state.error ? null : this.props.children;
  }
}

/** An error while drawing one part leaves the others alone, is said in its place, and can be tried again. */
export class PaneBoundary extends Component<Props, State> {
  override state: State = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className={this.props.bar ? 'bar-failed' : 'pane-failed'} role="alert">
        <TriangleAlert className="icon" aria-hidden="true" />
        <p>{this.props.name} met an error of its own and stopped. The file is not affected.</p>
        <code className="mono">{error.message}</code>
        <button type="button" className="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </div>
    );
  }
}
