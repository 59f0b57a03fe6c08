-- After a restore: tells again what was on its way in the broker at the point to which the database was restored. Run by a superuser
-- who is connected to Lapwing's database, while the services run or before they are started:
--
--     psql -v ON_ERROR_STOP=1 -d lapwing -f deploy/postgres/tell-again.sql
--
-- At that point an event could have left its outbox and not have come to a reader: the broker held it, and has given it away
-- since. Audit's log has the event itself, unless it was on its way to audit too. Each event that the log has and a reader's inbox
-- has not is put into intake's outbox, for the one queue of that reader, with the id that it had. So it may be run as often as one
-- likes: what a reader has heard has no effect a second time.
--
-- What it does not mend: an event that audit had not heard either. The last question of the runbook "Restore from backup" finds
-- those. This is the one place in which schemas meet, and no role of a service may do it.

INSERT INTO intake.outbox (event_id, kind, source, subject, owner, occurred_at, payload, routing_key, urgent, queue)
SELECT entry.event_id, entry.kind, entry.source, entry.reference, entry.owner, entry.occurred_at, entry.payload, entry.kind,
       FALSE, missing.queue
FROM (
    SELECT event_id, 'eligibility.notifications' AS queue FROM audit.entry
    WHERE kind IN ('notification.received.v1', 'notification.amended.v1')
      AND event_id NOT IN (SELECT event_id FROM eligibility.inbox)
    UNION ALL
    SELECT event_id, 'triage.findings' FROM audit.entry
    WHERE kind IN ('notification.assessed.v1', 'notification.withdrawn.v1', 'handover.declined.v1', 'notification.erased.v1')
      AND event_id NOT IN (SELECT event_id FROM triage.inbox)
    UNION ALL
    SELECT event_id, 'intake.outcomes' FROM audit.entry
    WHERE kind IN ('notification.assessed.v1', 'case.queued.v1', 'case.acknowledged.v1', 'case.stood_aside.v1',
                   'case.stand_aside_lifted.v1')
      AND event_id NOT IN (SELECT event_id FROM intake.inbox)
) AS missing
JOIN audit.entry USING (event_id)
ORDER BY entry.position
-- One event that two readers lack goes to the one first; to the other when this is run again.
ON CONFLICT (event_id) DO NOTHING;
