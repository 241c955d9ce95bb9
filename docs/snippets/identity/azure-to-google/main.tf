resource "azuread_application" "audience" {
  display_name    = "imagecred-google-nodes"
  identifier_uris = ["api://imagecred-google-nodes"]
}

resource "azuread_service_principal" "audience" {
  client_id = azuread_application.audience.client_id
}

resource "google_iam_workload_identity_pool" "image_pulls" {
  project                   = "imagecred-prod"
  workload_identity_pool_id = "image-pulls"
}

resource "google_iam_workload_identity_pool_provider" "azure" {
  project                            = "imagecred-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.image_pulls.workload_identity_pool_id
  workload_identity_pool_provider_id = "azure"

  attribute_mapping = { "google.subject" = "assertion.sub" }

  oidc {
    issuer_uri        = "https://sts.windows.net/10000000-aaaa-4aaa-8aaa-000000000001/"
    allowed_audiences = ["api://imagecred-google-nodes"]
  }
}

resource "google_service_account" "image_puller" {
  project    = "imagecred-prod"
  account_id = "image-puller"
}

resource "google_service_account_iam_member" "image_puller" {
  service_account_id = google_service_account.image_puller.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/image-pulls/subject/20000000-bbbb-4bbb-8bbb-000000000014"
}

resource "google_artifact_registry_repository_iam_member" "image_puller" {
  project    = "imagecred-prod"
  location   = "us-central1"
  repository = "repo"
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.image_puller.member
}
