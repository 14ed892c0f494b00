import { useUi } from './state/ui.ts';
import { Frame } from './view/frame/Frame.tsx';
import { PaneBoundary } from './view/frame/PaneBoundary.tsx';
import { SignIn } from './view/frame/SignIn.tsx';

export function App() {
  const session = useUi((state) => state.session);
  return (
    <PaneBoundary name="The window" resetKey={session.status}>
      {session.status === 'missing' ? <SignIn reason={session.reason} /> : <Frame />}
    </PaneBoundary>
  );
}
