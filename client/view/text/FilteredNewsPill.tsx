import { counted } from '../../../shared/units.ts';
import { NewsPill } from '../NewsPill.tsx';
import type { FilteredNews } from './useTextFollow.ts';

export function FilteredNewsPill({ news }: { readonly news: FilteredNews | null }) {
  if (news === null) return null;
  return (
    <NewsPill
      says={news.rows === 0 ? 'Paused · nothing new' : counted(news.rows, 'new row')}
      tip="The rows above are followed. Follow these as well"
      command={null}
      narrow={false}
      onPress={news.resume}
    />
  );
}
