import type { ComponentType } from 'preact';
import './detail/detail.css';
import Activity from './activity.tsx';
import Audit from './audit.tsx';
import Commit from './commit.tsx';
import Delivery from './delivery.tsx';
import Graph from './graph.tsx';
import type { ViewProps } from './detail/parts.tsx';
import Moment from './moment.tsx';
import Service from './service.tsx';

/** The views beside the grid, by their paths; `:name` is a part of the path that the view is given. */
export const detailViews: readonly { readonly path: string; readonly view: ComponentType<ViewProps> }[] = [
  { path: '/s/:service', view: Service },
  { path: '/s/:service/:tab', view: Service },
  { path: '/s/:service/changes/:range', view: Service },
  { path: '/commit/:id', view: Commit },
  { path: '/at/:time', view: Moment },
  { path: '/delivery', view: Delivery },
  { path: '/activity', view: Activity },
  { path: '/graph', view: Graph },
  { path: '/audit', view: Audit },
];
