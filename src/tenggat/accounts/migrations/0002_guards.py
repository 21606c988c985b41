"""What has been given away once is not good again: a used code, an ended change. Contacts keep the day of their proof."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION accounts_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what % has noted as over is over', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accounts_code_is_used_once BEFORE UPDATE ON accounts_code
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.scope <> OLD.scope
                       OR NEW.expires_at > OLD.expires_at)
    EXECUTE FUNCTION accounts_stays();
CREATE TRIGGER accounts_challenge_is_proven_once BEFORE UPDATE ON accounts_challenge
    FOR EACH ROW WHEN (NEW.tries < OLD.tries OR NEW.namings < OLD.namings OR NEW.scope <> OLD.scope
                       OR NEW.bucket <> OLD.bucket OR NEW.expires_at > OLD.expires_at
                       OR (OLD.proven_at IS NOT NULL AND NEW.proven_at IS DISTINCT FROM OLD.proven_at)
                       OR (OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id))
    EXECUTE FUNCTION accounts_stays();
CREATE TRIGGER accounts_change_is_over BEFORE UPDATE ON accounts_change
    FOR EACH ROW WHEN (OLD.applied_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL
                       OR (OLD.effective_at IS NOT NULL AND NEW.effective_at IS DISTINCT FROM OLD.effective_at))
    EXECUTE FUNCTION accounts_stays();
"""
UNDO = """
DROP TRIGGER accounts_change_is_over ON accounts_change;
DROP TRIGGER accounts_challenge_is_proven_once ON accounts_challenge;
DROP TRIGGER accounts_code_is_used_once ON accounts_code;
DROP FUNCTION accounts_stays();
"""


class Migration(migrations.Migration):
    dependencies = (("accounts", "0001_initial"),)
    operations = (migrations.RunSQL(GUARDS, UNDO),)
