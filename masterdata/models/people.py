"""People: one account each, found by user name or badge; never deleted, only made inactive."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from simple_history.models import HistoricalRecords

from masterdata.models.choices import choices
from masterdata.models.places import Site
from masterdata.rules.vocabulary import Role


class PersonManager(BaseUserManager):
    """Only what Django's sign-in needs; people are made by the action `enrol_person`."""

    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who works here. `password` signs; `pin` only opens a tablet.

    `must_change_password`: it was given by an admin, for one use. `badge_revoked_at`: the badge was lost and opens nothing.
    """

    last_login = None  # signing in is not a change of the person

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    badge = models.CharField(max_length=60, unique=True)
    pin = models.CharField(max_length=200, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=choices(Role)), default=list)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True)
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(db_default=Now())
    must_change_password = models.BooleanField(default=False, db_default=False)
    badge_revoked_at = models.DateTimeField(null=True)
    history = HistoricalRecords(excluded_fields=["password", "pin"])

    objects = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=[role.value for role in Role]),
                name="person_has_known_roles",
            ),
            models.UniqueConstraint(Lower("username"), name="user_name_means_one_person_in_any_case"),
        ]

    def __str__(self):
        return self.name

    def has_role(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)

    def _get_session_auth_hash(self, secret=None):
        """What a session is good for: a change of password, PIN or badge, and a lost badge, end every session at once."""
        key_salt = "masterdata.models.Person.get_session_auth_hash"
        kept = "\0".join((self.password, self.pin, self.badge, str(self.badge_revoked_at)))
        return salted_hmac(key_salt, kept, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """May look at the read-only admin."""
        return self.has_role(Role.ADMIN, Role.AUDITOR)

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm, obj=None) -> bool:
        return self.is_staff and perm.split(".")[-1].startswith("view_")

    def has_module_perms(self, app_label) -> bool:
        return self.is_staff


class PersonToken(models.Model):
    """A token for a person's scripts; only its digest is kept."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"token {self.name} of {self.person}"


class Training(models.Model):
    """Person `person` is trained for an operation of a product (every operation, if none is named) until a date."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT)
    operation_number = models.CharField(max_length=10, blank=True, default="")
    trained_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    history = HistoricalRecords()

    def __str__(self):
        return f"{self.person}: {self.item.code} {self.operation_number}".rstrip()
