resource "google_iam_workload_identity_pool" "image_pulls" {
  project                   = "imagecred-prod"
  workload_identity_pool_id = "image-pulls"
}

resource "google_iam_workload_identity_pool_provider" "pods" {
  project                            = "imagecred-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.image_pulls.workload_identity_pool_id
  workload_identity_pool_provider_id = "pods"

  attribute_mapping   = { "google.subject" = "assertion.sub" }
  attribute_condition = "assertion.sub.startsWith('system:serviceaccount:default:')"

  oidc {
    issuer_uri = "https://oidc.example.com/clusters/on-premises"
  }
}

resource "google_service_account" "image_puller" {
  project    = "imagecred-prod"
  account_id = "image-puller"
}

resource "google_service_account_iam_member" "image_puller" {
  service_account_id = google_service_account.image_puller.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/image-pulls/subject/system:serviceaccount:default:app"
}

resource "google_artifact_registry_repository_iam_member" "image_puller" {
  project    = "imagecred-prod"
  location   = "us-central1"
  repository = "repo"
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.image_puller.member
}
