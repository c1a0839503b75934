/* Exercice : client sur un socket local, joint par un chemin. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h> /* struct sockaddr_un */
#include <unistd.h>

#define LG_MESSAGE 256

int main(int argc, char *argv[])
{
    struct sockaddr_un pointDeRencontreDistant;
    if (argc > 0)
        printf("%s : un chemin a au plus %zu octets\n", argv[0], sizeof(pointDeRencontreDistant.sun_path) - 1);

    /* Étape 1 : sans exactement un argument (le chemin), afficher un mode d'emploi sur la sortie d'erreur. */

    /* Étape 2 : un chemin trop long pour sun_path est une erreur : comparer strlen() et sizeof avant de copier. */

    /* Étape 3 : créer le socket (AF_UNIX, SOCK_STREAM) et tester le résultat. */

    /* Étape 4 : remplir l'adresse (memset, sun_family, sun_path), puis se connecter. */

    /* Étape 5 : envoyer "Hello world !\n", et afficher le nombre d'octets envoyés. */

    /* Étape 6 : recevoir la réponse jusqu'à la fin de fichier ; l'afficher, avec son nombre d'octets. */

    /* Étape 7 : fermer le socket, et terminer avec EXIT_SUCCESS si tout s'est bien passé. */

    fprintf(stderr, "client_unix : à compléter\n");
    return EXIT_FAILURE;
}
