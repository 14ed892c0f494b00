import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './view/tokens.css';
import './view/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { listenForKeys } from './state/commandRegistry.ts';
import { startApp } from './state/start.ts';
import { followAppearance } from './view/frame/appearance.ts';

startApp();
followAppearance(document.documentElement);
listenForKeys(window);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
