/** Several methods at one path; GET answers HEAD as well, and anything else is 405. */
import type { Express, RequestHandler } from 'express';
import { methodNotAllowed } from './reply.ts';

type Mount = (path: string, methods: Readonly<Record<string, RequestHandler>>) => void;

export function methodsAt(app: Express): Mount {
  return (path, methods) => {
    const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    app.all(path, (req, res, next) => {
      const handler = methods[req.method === 'HEAD' ? 'GET' : req.method];
      if (!handler) throw methodNotAllowed(allowed);
      return handler(req, res, next);
    });
  };
}
