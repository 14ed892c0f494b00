/** The routes of filters, asked for as this page. */
import { createFilterApi } from '../api/filters.ts';
import { ours } from '../state/session.ts';

export const filterApi = createFilterApi(ours);
