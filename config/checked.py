"""What the parts of a configuration are made of: frozen, no unknown key, and a switch is no number."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _no_switch(value: Any) -> Any:  # noqa: ANN401 (whatever stands in the file)
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")  # noqa: TRY004 (pydantic listens to ValueError)
    return value


ANumber = BeforeValidator(_no_switch)
"""Python counts true as 1; a configuration must not."""

Seconds = Annotated[float, ANumber, Field(ge=0, le=86400)]


class Checked(BaseModel):
    """A part of the configuration: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")
