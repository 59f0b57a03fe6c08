-- Tells again what did not come to a reader of ours: after a restore, what was on its way in the broker at the point to which the
-- database was restored; after a binding was taken away, what was told meanwhile. Run by a superuser who is connected to Lapwing's
-- database, while the services run or before they are started:
--
--     psql -v ON_ERROR_STOP=1 -d lapwing -f deploy/postgres/tell-again.sql
--
-- Such an event has left its outbox and is nowhere else. Audit's log has it, unless it was on its way to audit too. Each event that
-- the log has and a reader's inbox has not is put into that reader's own outbox, for its one queue, with the id that it had: no other
-- service may publish there. So it may be run as often as one likes: what a reader has heard, or has parked, has no effect a second
-- time. Where intake's settings bound the age of what waits (`oldest_event`), it may refuse new notifications with OUTBOX_FULL for
-- the moment that old events take to leave.
--
-- What it does not mend: an event that audit had not heard either, and one that was parked and discarded. "Find what is missing" in
-- the runbook "Restore from backup" finds their notifications. This is the one place in which schemas meet, and no role of a service
-- may do it.

CREATE TEMPORARY VIEW told AS
SELECT position, event_id, kind, source, reference AS subject, owner, occurred_at, payload FROM audit.entry;

INSERT INTO eligibility.outbox (event_id, kind, source, subject, owner, occurred_at, payload, routing_key, urgent, queue)
SELECT event_id, kind, source, subject, owner, occurred_at, payload, kind, FALSE, 'eligibility.notifications' FROM told
WHERE kind IN ('notification.received.v1', 'notification.amended.v1')
  AND NOT EXISTS (SELECT FROM eligibility.inbox WHERE inbox.event_id = told.event_id)
ORDER BY position
ON CONFLICT (event_id) DO NOTHING;

INSERT INTO triage.outbox (event_id, kind, source, subject, owner, occurred_at, payload, routing_key, urgent, queue)
SELECT event_id, kind, source, subject, owner, occurred_at, payload, kind, FALSE, 'triage.findings' FROM told
WHERE kind IN ('notification.assessed.v1', 'notification.withdrawn.v1', 'handover.declined.v1', 'notification.erased.v1')
  AND NOT EXISTS (SELECT FROM triage.inbox WHERE inbox.event_id = told.event_id)
ORDER BY position
ON CONFLICT (event_id) DO NOTHING;

INSERT INTO intake.outbox (event_id, kind, source, subject, owner, occurred_at, payload, routing_key, urgent, queue)
SELECT event_id, kind, source, subject, owner, occurred_at, payload, kind, FALSE, 'intake.outcomes' FROM told
WHERE kind IN ('notification.assessed.v1', 'case.queued.v1', 'case.acknowledged.v1', 'case.stood_aside.v1',
               'case.stand_aside_lifted.v1')
  AND NOT EXISTS (SELECT FROM intake.inbox WHERE inbox.event_id = told.event_id)
ORDER BY position
ON CONFLICT (event_id) DO NOTHING;

DROP VIEW told;
