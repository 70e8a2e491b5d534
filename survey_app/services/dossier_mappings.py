"""Finding and reading mapping files: shipped ones by name, others by path."""

from pathlib import Path

import yaml

from survey_app.domain import dossier_mapping
from survey_app.services.errors import RefusedError

SHIPPED = Path(__file__).resolve().parents[1] / "dossier_mappings"
MAX_BYTES = 1024**2


def names() -> list[str]:
    """Mappings that need no path."""
    return [dossier_mapping.CANONICAL.id, *sorted(file.stem for file in SHIPPED.glob("*.yaml"))]


def load(name: str) -> dossier_mapping.DossierMapping:
    """Read a mapping; raises RefusedError with everything that is wrong with it."""
    if name == dossier_mapping.CANONICAL.id:
        return dossier_mapping.CANONICAL
    path = SHIPPED / f"{name}.yaml" if name in names() else Path(name)
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise RefusedError(f"There is no mapping {name!r}; use {', '.join(names())}, or the path of a YAML file.")
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        return dossier_mapping.parse(raw, path.stem)
    except dossier_mapping.MappingError as error:
        raise RefusedError(str(error)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RefusedError(f"Mapping {name} is no YAML in UTF-8: {error}") from None
