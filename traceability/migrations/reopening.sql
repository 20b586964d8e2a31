-- An order begins planned and moves only along its table, which leads back from closed: the app above says who signs that; what it makes, and its number, never change.
CREATE OR REPLACE FUNCTION traceability_order_moves_along_its_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' THEN
            RAISE EXCEPTION 'order % cannot begin as %', NEW.number, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_begins_planned';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.site_id, NEW.item_id, NEW.number) IS DISTINCT FROM (OLD.id, OLD.site_id, OLD.item_id, OLD.number) THEN
        RAISE EXCEPTION 'order % stays what it is: site, item and number do not change', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_stays_what_it_is';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('planned', 'released'), ('released', 'closed'), ('closed', 'released')
    ) THEN
        RAISE EXCEPTION 'order % cannot go from % to %', OLD.number, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_moves_along_its_states';
    END IF;
    RETURN NEW;
END $$;
