import type { App } from '@prorata/platform';
import { changeEntity, deactivateEntity, entityOf, reactivateEntity } from '../enrolment/change-entity.ts';
import { enrolEntity } from '../enrolment/enrol.ts';
import { listEntities, revokeKey, rotateKey, setEntityActivity } from '../enrolment/entities.ts';
import type { GroupNode } from '../node/group-node.ts';
import * as schema from './governance.schema.ts';
import { ADMINS, acting, described } from './governing.ts';
import { CONSOLIDATED } from './reports.routes.ts';

const words = described.bind(null, 'group entities');

/** Who belongs to the group: enrolment, name and place, active months, keys. */
export function registerEntityRoutes(app: App, group: GroupNode): void {
  app.get(
    '/api/group/members',
    {
      config: CONSOLIDATED,
      schema: {
        ...words(
          'groupMembers',
          'Every entity that ever enrolled, with its keys and active months',
          schema.MembersAnswer,
        ),
        querystring: schema.NoQuery,
      },
    },
    async () => ({ rows: await listEntities(group) }),
  );
  app.post(
    '/api/group/members',
    {
      config: ADMINS,
      schema: {
        ...words('enrolMember', 'Take an entity and its key, once the fingerprint is confirmed', schema.EnrolAnswer),
        body: schema.EnrolBody,
      },
    },
    async (request) => {
      const { path: _path, ...enrolled } = await enrolEntity(group, request.body, acting(request));
      return enrolled;
    },
  );
  app.patch(
    '/api/group/members/:entity',
    {
      config: ADMINS,
      schema: {
        ...words('changeMember', 'Change the name, the country or the due day of an entity', schema.Member),
        params: schema.EntityPath,
        body: schema.MemberBody,
      },
    },
    async (request) => changeEntity(group, { ...request.params, ...request.body }, acting(request)),
  );
  app.put(
    '/api/group/members/:entity/activity',
    {
      config: ADMINS,
      schema: {
        ...words('setMemberActivity', 'Say in which months an entity publishes; null for no bound', schema.Member),
        params: schema.EntityPath,
        body: schema.ActivityBody,
      },
    },
    async (request) => {
      await setEntityActivity(group, { ...request.params, ...request.body }, acting(request));
      return await entityOf(group, request.params.entity);
    },
  );
  app.post(
    '/api/group/members/:entity/deactivate',
    {
      config: ADMINS,
      schema: {
        ...words(
          'deactivateMember',
          'End the publishing of an entity with its last month; its history stays',
          schema.Member,
        ),
        params: schema.EntityPath,
        body: schema.DeactivateBody,
      },
    },
    async (request) => deactivateEntity(group, { ...request.params, ...request.body }, acting(request)),
  );
  app.post(
    '/api/group/members/:entity/reactivate',
    {
      config: ADMINS,
      schema: { ...words('reactivateMember', 'Take the end away', schema.Member), params: schema.EntityPath },
    },
    async (request) => reactivateEntity(group, request.params, acting(request)),
  );
  keyRoutes(app, group);
}

function keyRoutes(app: App, group: GroupNode): void {
  app.post(
    '/api/group/keys/rotate',
    {
      config: ADMINS,
      schema: {
        ...words('rotateKey', 'Take a new key on the signed word of the key before it', schema.KeyAnswer),
        body: schema.RotateBody,
      },
    },
    async (request) => rotateKey(group, request.body, acting(request)),
  );
  app.post(
    '/api/group/keys/:kid/revoke',
    {
      config: ADMINS,
      schema: {
        ...words('revokeKey', 'End the validity of a key now; what was accepted stays', schema.KeyAnswer),
        params: schema.KeyPath,
        body: schema.ReasonBody,
      },
    },
    async (request) => revokeKey(group, { ...request.params, ...request.body }, acting(request)),
  );
}
